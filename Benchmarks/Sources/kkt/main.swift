// SPDX-License-Identifier: Apache-2.0
// Factorizations of KKT matrices: microseconds for small ones, a ratio to the factorization without pivoting for large
// ones, growth with the order, delayed pivots, allocations. With `--table`, a line for each kind of matrix.
import AllocationCounter
import GradusLinearAlgebra
import GradusNumerics

let clock = ContinuousClock()

/// Seconds of one call, the least of several rounds.
func seconds(_ rounds: Int, _ calls: Int, _ body: () throws -> Void) rethrows -> Double {
  var least = Double.infinity
  for _ in 0..<rounds {
    let start = clock.now
    for _ in 0..<calls { try body() }
    least = min(least, (clock.now - start) / .seconds(1) / Double(calls))
  }
  return least
}

typealias Triplets = [(row: Int, column: Int, value: Double)]

func matrix(_ n: Int, _ triplets: Triplets) -> SparseMatrix {
  SparseMatrix(rowCount: n, columnCount: n, triplets: triplets)
}

/// [H Aᵀ; A −δI] with a diagonally dominant chain H of n variables and m random rows of three entries; with `repeated`,
/// each row occurs twice.
func saddlePoint(_ n: Int, _ m: Int, delta: Double, local: Bool, repeated: Bool = false, seed: UInt64) -> SparseMatrix {
  var random = RandomStream(seed: seed)
  var t: Triplets = []
  for j in 0..<n {
    t.append((j, j, 2.5 * IndefiniteScale.pick(&random)))
    if j > 0 { t.append((j - 1, j, 0.1 * random.uniform())) }
  }
  var last: [(Int, Double)] = []
  for k in 0..<m {
    if !repeated || k % 2 == 0 {
      let center = local ? k * n / m : Int(random.uniform() * Double(n))
      last = [(center, 1 + random.uniform())]
      for _ in 0..<2 {
        let v = local ? min(n - 1, center + 1 + Int(random.uniform() * 5)) : Int(random.uniform() * Double(n))
        if !last.contains(where: { $0.0 == v }) { last.append((v, random.uniform() - 0.5)) }
      }
    }
    for (v, value) in last { t.append((v, n + k, value)) }
    t.append((n + k, n + k, -delta))
  }
  return matrix(n + m, t)
}

enum IndefiniteScale {
  /// Barrier terms: many near 1, some large.
  static func pick(_ random: inout RandomStream) -> Double {
    let u = random.uniform()
    return u < 0.7 ? 1 : u < 0.85 ? 1e4 : 1e8
  }
}

/// Control of a chain: per step `states` states with `controls` controls, dynamics as equations.
func control(_ steps: Int, states: Int, controls: Int, delta: Double) -> SparseMatrix {
  var random = RandomStream(seed: 7)
  let width = states + controls
  let n = steps * width
  var t: Triplets = []
  for j in 0..<n { t.append((j, j, 1 + random.uniform())) }
  for k in 0..<steps - 1 {
    for s in 0..<states {
      let row = n + k * states + s
      for v in 0..<width { t.append((k * width + v, row, random.uniform() - 0.5)) }
      t.append(((k + 1) * width + s, row, -1))
      t.append((row, row, -delta))
    }
  }
  return matrix(n + (steps - 1) * states, t)
}

func report(_ name: String, _ value: Double, _ unit: String, _ limit: Double) {
  print("\(name): \(rounded(value)) \(unit) (limit \(rounded(limit)))")
}

func rounded(_ value: Double) -> String {
  if value == 0 { return "0" }
  var scale = 1.0
  while abs(value) * scale < 100 && scale < 1e12 { scale *= 10 }
  return "\((value * scale).rounded() / scale)"
}

func small() throws {
  for (n, limit) in [(5, 1.0), (10, 2.0), (20, 5.0), (50, 20.0), (64, 35.0)] {
    let a = saddlePoint(n - n / 3, n / 3, delta: 0, local: true, seed: 3)
    var f = SparseIndefinite(pattern: a)
    var x = [Double](repeating: 1, count: n)
    try f.factorize(a.values)
    f.solve(&x)
    let allocations = allocation_count()
    let time = try seconds(20, 200) {
      try f.factorize(a.values)
      f.solve(&x)
      for i in 0..<n { x[i] = 1 }
    }
    let made = allocation_count() - allocations
    report("factorize and solve, order \(n)", time * 1e6, "µs", limit)
    report("allocations of 4000 factorizations, order \(n)", Double(made), "", 0)
    var g = SparseIndefinite(pattern: a, symbolic: SymbolicLDL(upper: a))
    let frontal = try seconds(20, 100) {
      try g.factorize(a.values)
      g.solve(&x)
      for i in 0..<n { x[i] = 1 }
    }
    if CommandLine.arguments.contains("--table") { print("  multifrontal \(rounded(frontal * 1e6)) µs") }
  }
}

struct Times {
  var plain = 0.0, pivoting = 0.0, solve = 0.0
}

func compare(_ a: SparseMatrix, rounds: Int = 5) throws -> Times {
  let symbolic = SymbolicLDL(upper: a)
  var f = SparseLDL(symbolic)
  var g = SparseIndefinite(pattern: a, symbolic: symbolic)
  try f.factorize(a.values)
  try g.factorize(a.values)
  var times = Times(plain: .infinity, pivoting: .infinity, solve: .infinity)
  var x = [Double](repeating: 1, count: a.columnCount)
  for _ in 0..<rounds {
    times.plain = min(times.plain, try seconds(1, 1) { try f.factorize(a.values) })
    times.pivoting = min(times.pivoting, try seconds(1, 1) { try g.factorize(a.values) })
    times.solve = min(times.solve, seconds(1, 1) { g.solve(&x) })
  }
  return times
}

func table() throws {
  func line(_ name: String, _ a: SparseMatrix) throws {
    let start = clock.now
    let symbolic = SymbolicLDL(upper: a)
    let analysis = (clock.now - start) / .seconds(1)
    for u in [1e-8, 0.01] {
      var f = SparseIndefinite(pattern: a, symbolic: symbolic)
      f.options.threshold = u
      try f.factorize(a.values)
      let time = try seconds(3, 1) { try f.factorize(a.values) }
      let growth = Double(f.factorEntryCount) / Double(symbolic.factorEntryCount)
      var b = [Double](repeating: 1, count: a.columnCount)
      let first = f.solveRefined(&b, values: a.values, steps: 0)
      b = [Double](repeating: 1, count: a.columnCount)
      let refined = f.solveRefined(&b, values: a.values)
      print(
        name, "n", a.columnCount, "u", u, "inertia", f.inertia.positive, f.inertia.negative, f.inertia.zero, "delays",
        f.delayedPivots, "growth", rounded(growth), "L", f.factorEntryCount, "ms", rounded(time * 1e3), "analysis",
        rounded(analysis * 1e3), "error", first.backwardError, refined.backwardError, refined.steps)
    }
  }
  for delta in [0.0, 1e-8] {
    for n in [300, 3000, 30000] {
      try line("local δ \(delta)", saddlePoint(2 * n / 3, n / 3, delta: delta, local: true, seed: 1))
      try line(
        "local repeated δ \(delta)", saddlePoint(2 * n / 3, n / 3, delta: delta, local: true, repeated: true, seed: 1))
      try line("control δ \(delta)", control(n / 12, states: 4, controls: 2, delta: delta))
    }
    for n in [300, 3000] {
      try line("random δ \(delta)", saddlePoint(2 * n / 3, n / 3, delta: delta, local: false, seed: 1))
      try line(
        "random repeated δ \(delta)", saddlePoint(2 * n / 3, n / 3, delta: delta, local: false, repeated: true, seed: 1)
      )
    }
  }
}

try small()
let few = try compare(control(1_000, states: 4, controls: 2, delta: 1e-6), rounds: 20)
let more = try compare(control(10_000, states: 4, controls: 2, delta: 1e-6))
let many = try compare(control(100_000, states: 4, controls: 2, delta: 1e-6), rounds: 3)
report("banded quasi-definite, order 100,000, against no pivoting", more.pivoting / more.plain, "x", 2)
report("banded quasi-definite, order 1,000,000, against no pivoting", many.pivoting / many.plain, "x", 2)
let wide = try compare(saddlePoint(2000, 1000, delta: 1e-6, local: false, seed: 5))
if CommandLine.arguments.contains("--table") {
  for (name, t) in [("10,000", few), ("100,000", more), ("1,000,000", many), ("3,000 random", wide)] {
    print(
      "order", name, "ms without pivoting", rounded(t.plain * 1e3), "with", rounded(t.pivoting * 1e3), "solve",
      rounded(t.solve * 1e3))
  }
  try table()
}
