// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import GradusSmooth

let banana = SmoothFunction { x in
  let a = 1 - x[0], b = x[1] - x[0] * x[0]
  return (a * a + 100 * b * b, [-2 * a - 400 * x[0] * b, 200 * b])
}
let run = try Run(Unconstrained(start: [-1.2, 1]), by: LBFGS(), asking: banana)
let solution = try await run.finish(until: .measure(below: 1e-8) || .answers(200))
print(solution.status, solution.report.point)
