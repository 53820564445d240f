// SPDX-License-Identifier: Apache-2.0
// SOR sweeps and conjugate gradients beside plain C loops, in turns in one process: sweeps PLAIN-LOOPS.so
import Foundation
import GradusLinearAlgebra
import GradusNumerics

typealias Sweep =
  @convention(c) (
    Int32, UnsafePointer<Int32>, UnsafePointer<Int32>, UnsafePointer<Double>, UnsafePointer<Double>,
    UnsafeMutablePointer<Double>, Double
  ) -> Void
typealias Gradients =
  @convention(c) (
    Int32, UnsafePointer<Int32>, UnsafePointer<Int32>, UnsafePointer<Double>, UnsafePointer<Double>,
    UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>,
    UnsafeMutablePointer<Double>, Double, Int32
  ) -> Int32

func grid(_ m: Int, dimension: Int) -> SparseMatrix {
  let n = dimension == 2 ? m * m : m * m * m
  var entries: [(row: Int, column: Int, value: Double)] = []
  for k in 0..<n {
    entries.append((k, k, Double(2 * dimension)))
    var stride = 1
    for _ in 0..<dimension {
      let place = k / stride % m
      if place > 0 { entries.append((k, k - stride, -1)) }
      if place + 1 < m { entries.append((k, k + stride, -1)) }
      stride *= m
    }
  }
  return SparseMatrix(rowCount: n, columnCount: n, triplets: entries)
}

func seconds(_ body: () -> Void) -> Double {
  let begin = ContinuousClock.now
  body()
  let (whole, atto) = (ContinuousClock.now - begin).components
  return Double(whole) + Double(atto) * 1e-18
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// Median times of two sides in turns, the order swapping.
func paired(_ ours: () -> Void, _ theirs: () -> Void, repeats: Int) -> (ours: Double, theirs: Double) {
  var (a, b): ([Double], [Double]) = ([], [])
  for k in 0..<repeats {
    if k % 2 == 0 {
      a.append(seconds(ours))
      b.append(seconds(theirs))
    } else {
      b.append(seconds(theirs))
      a.append(seconds(ours))
    }
  }
  return (median(a), median(b))
}

guard CommandLine.arguments.count == 2, let library = dlopen(CommandLine.arguments[1], RTLD_NOW),
  let sweepSymbol = dlsym(library, "sor_csr"), let gradientSymbol = dlsym(library, "cg")
else {
  FileHandle.standardError.write(Data("usage: sweeps PLAIN-LOOPS.so\n".utf8))
  exit(2)
}
let plainSweep = unsafeBitCast(sweepSymbol, to: Sweep.self)
let plainGradients = unsafeBitCast(gradientSymbol, to: Gradients.self)

for (name, m, dimension) in [("2d 200^2", 200, 2), ("3d 30^3", 30, 3)] {
  let a = grid(m, dimension: dimension)
  let n = a.columnCount
  let b = Vector(repeating: 1, count: n)
  let omega = 2 / (1 + sin(Double.pi / Double(m + 1)))
  // The matrix is symmetric: its columns are its rows.
  let (starts, columns, values) = (a.starts, a.rows, a.values)
  let split = try SplitRows(a)
  var x = [Double](repeating: 0, count: n)
  var y = x
  let sweeps = 40
  let sor = paired(
    {
      var span = x.mutableSpan
      for _ in 0..<sweeps { split.sweep(&span, b.elements.span, factor: omega) }
    },
    {
      for _ in 0..<sweeps { plainSweep(Int32(n), starts, columns, values, b.elements, &y, omega) }
    }, repeats: 21)
  let difference = zip(x, y).reduce(0.0) { max($0, abs($1.0 - $1.1)) }
  let size = y.reduce(0.0) { max($0, abs($1)) }
  guard difference <= 1e-9 * size else { fatalError("the two sweeps differ by \(difference)") }
  let (ours, theirs) = (1e6 * sor.ours / Double(sweeps), 1e6 * sor.theirs / Double(sweeps))
  print("\(name) SOR sweep: \(ours) us, plain C \(theirs) us")
  print("SOR \(name), plain C / ours: \(sor.theirs / sor.ours) (at least 0.9)")

  let op = SparseOperator(a)
  var (r, p, q, z) = (x, x, x, x)
  var (ourIterations, theirIterations) = (0, 0)
  let cg = paired(
    {
      var solver = ConjugateGradient(rightHandSide: b, relative: 1e-8)
      solver.run(op, limit: 100_000)
      ourIterations = solver.iterations
    },
    {
      theirIterations = Int(
        plainGradients(Int32(n), starts, columns, values, b.elements, &z, &r, &p, &q, 1e-8, 100_000))
    }, repeats: 11)
  print(
    "\(name) CG: \(1e3 * cg.ours) ms, \(ourIterations) iterations; plain C \(1e3 * cg.theirs) ms, \(theirIterations)")
  print("CG \(name), plain C / ours: \(cg.theirs / cg.ours) (at least 0.9)")
}
