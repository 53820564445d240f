// SPDX-License-Identifier: Apache-2.0
// derivatives: what derivatives cost beside values, the Hessian of a chained problem, and a control problem at two sizes.
// One JSON line a figure.
import Gradus

func seconds(_ duration: Duration) -> Double {
  let (whole, atto) = duration.components
  return Double(whole) + Double(atto) * 1e-18
}

/// The least time of one of `repeats` calls: what the work costs when nobody disturbs it.
func least(_ repeats: Int, _ body: () throws -> Void) rethrows -> Double {
  var best = Double.infinity
  for _ in 0..<repeats {
    let begin = ContinuousClock.now
    try body()
    best = min(best, seconds(ContinuousClock.now - begin))
  }
  return best
}

/// Σ 100(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²
func chained(_ n: Int) throws -> FormulaProgram {
  let model = Model("chained")
  let x = model.variables("x", count: n, start: -1.2)
  model.minimize(sum(over: 0..<n - 1) { 100 * (x[$0 + 1] - x[$0] ** 2) ** 2 + (1 - x[$0]) ** 2 })
  return try model.program()
}

/// The same with functions that cost more: Σ exp(−xᵢ²)·sin(xᵢ₊₁) + log(1 + xᵢ²xᵢ₊₁²)
func transcendental(_ n: Int) throws -> FormulaProgram {
  let model = Model("transcendental")
  let x = model.variables("x", count: n, start: 0.7)
  model.minimize(
    sum(over: 0..<n - 1) { exp(-(x[$0] ** 2)) * sin(x[$0 + 1]) + log(1 + x[$0] ** 2 * x[$0 + 1] ** 2) })
  return try model.program()
}

/// A pendulum pushed upright in n steps of the midpoint rule: 3n + 2 variables, 2n rows, banded.
func control(_ n: Int) throws -> FormulaProgram {
  let model = Model("pendulum")
  let h = 4.0 / Double(n)
  let angle = (0...n).map { model.variable("a\($0)", from: -10, to: 10, start: 3.14 * (1 - Double($0) / Double(n))) }
  let speed = (0...n).map { model.variable("v\($0)", from: -10, to: 10, start: 0) }
  let push = (0..<n).map { model.variable("u\($0)", from: -3, to: 3, start: 0) }
  model.minimize(sum(over: 0..<n) { h * (angle[$0] ** 2 + 0.1 * speed[$0] ** 2 + 0.05 * push[$0] ** 2) })
  for k in 0..<n {
    let a = 0.5 * (angle[k] + angle[k + 1])
    let v = 0.5 * (speed[k] + speed[k + 1])
    model.require(angle[k + 1] - angle[k] - h * v == 0)
    model.require(speed[k + 1] - speed[k] - h * (sin(a) + push[k]) == 0)
  }
  try model.fix(angle[0], at: 3.14)
  try model.fix(speed[0], at: 0)
  return try model.program()
}

let arguments = CommandLine.arguments.dropFirst()
for (name, program) in [("chained", try chained(100_000)), ("transcendental", try transcendental(100_000))] {
  let begin = ContinuousClock.now
  let oracle = FormulaOracle(program)
  let start = program.start
  _ = try oracle.immediateLagrangianHessian(at: start, multipliers: [], objectiveWeight: 1)
  let compile = seconds(ContinuousClock.now - begin)
  // A new point each time, so that nothing is remembered.
  var x = start
  var k = 0
  func moved() -> Vector {
    x[k % x.count] += 1e-3
    k += 1
    return x
  }
  let value = try least(15) { _ = try oracle.immediateValues(at: moved()) }
  let gradient = try least(15) { _ = try oracle.immediateLinearization(at: moved()) }
  let hessian = try least(15) {
    _ = try oracle.immediateLagrangianHessian(at: moved(), multipliers: [], objectiveWeight: 1)
  }
  print(
    "{\"name\": \"\(name)\", \"compile\": \(compile), \"value\": \(value), \"gradient\": \(gradient), \"hessian\": \(hessian)}"
  )
}
let entry = Catalog.entry(named: "interior-point")
for n in [10_000, 100_000].map({ $0 / 3 }) where !arguments.contains("--no-control") {
  let program = try control(n)
  let time = ContinuousClock.now
  let run = try entry?.open(RunRequest(problems: [program.nonlinearProgram()], oracles: [FormulaOracle(program)]))
  let answer = try await run?.finishErased(until: .time(.seconds(300)), width: 1, delivery: .inOrder)
  let counts = answer?.progress.answers(of: "hessian") ?? 0
  print(
    "{\"name\": \"control\", \"variables\": \(program.variableCount), \"seconds\": \(seconds(ContinuousClock.now - time)), "
      + "\"status\": \"\(answer?.status.rawValue ?? "")\", \"hessians\": \(counts)}")
}
