// SPDX-License-Identifier: Apache-2.0
// The rule of this package against one of the library, on the same problem and the same stopping rule.
import GradusCore
import GradusNumerics
import GradusSmooth
import Steps

/// ½ Σ κᵢ (xᵢ − 1)² with curvatures κ from 1 to 1000.
let curvatures = (0..<50).map { 1 + 999 * Double($0) / 49 }
let bowl = SmoothFunction { x in
  let off = x.indices.map { x[$0] - 1 }
  return (
    0.5 * zip(curvatures, off).reduce(0) { $0 + $1.0 * $1.1 * $1.1 }, Vector(zip(curvatures, off).map { $0 * $1 })
  )
}
let problem = Unconstrained(start: .zeros(50), isConvex: true)

func solve<Method: OptimizationMethod>(_ method: Method) async throws -> Int
where Method.Problem == Unconstrained, Method.Point == Vector, Method.Question == Linearize<Vector> {
  let run = try Run(problem, by: method, asking: bowl)
  let solution = try await run.finish(until: .measure(below: 1e-6) || .answers(100_000))
  print(
    "\(type(of: method)): \(solution.status), f = \(solution.report.value ?? .nan), \(solution.progress.answers) answers"
  )
  return solution.progress.answers
}

let ours = try await solve(BarzilaiBorwein())
let theirs = try await solve(GradientDescent())
print("answers, ours / library: \(Double(ours) / Double(theirs))")
