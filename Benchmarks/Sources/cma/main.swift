// SPDX-License-Identifier: Apache-2.0
// cma DIMENSION ANSWERS REPEATS: what CMA-ES costs per evaluation on one thread, the objective included.
import GradusBlackBox
import GradusCore
import GradusNumerics

/// Σ 10^(6i/(n−1))·xᵢ² in a rotated, shifted frame would cost n²; the plain one leaves the time to the method.
func ellipsoid(_ n: Int) -> ValueFunction<Vector> {
  var weights = [Double](repeating: 1, count: n)
  // 10⁶ to the power i/(n − 1), by its logarithm.
  let factor = n > 1 ? root(1e6, n - 1) : 1
  for i in 1..<max(1, n) { weights[i] = weights[i - 1] * factor }
  let fixed = weights
  return ValueFunction<Vector> { x in
    var sum = 0.0
    for i in 0..<n { sum += fixed[i] * x[i] * x[i] }
    return sum
  }
}

/// x to the power 1/k, by bisection on [1, x].
func root(_ x: Double, _ k: Int) -> Double {
  var (low, high) = (1.0, x)
  for _ in 0..<200 {
    let middle = 0.5 * (low + high)
    var power = 1.0
    for _ in 0..<k { power *= middle }
    if power < x { low = middle } else { high = middle }
  }
  return low
}

func seconds(_ duration: Duration) -> Double {
  Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}

let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let (n, answers, repeats) = numbers.count == 3 ? (numbers[0], numbers[1], numbers[2]) : (20, 12_000, 7)
precondition(n > 0 && answers > 0 && repeats > 0, "usage: cma DIMENSION ANSWERS REPEATS")
let function = ellipsoid(n)
let box = BoxConstrained(
  Box(lower: Vector(repeating: -5, count: n), upper: Vector(repeating: 5, count: n)),
  start: Vector(repeating: 3, count: n))

var times: [Double] = []
var value = Double.infinity
for seed in 0...repeats {
  let run = try Run(box, by: CMAES(), asking: function, seed: UInt64(seed))
  let begin = ContinuousClock.now
  let solution = try await run.finish(until: .answers(answers))
  times.append(seconds(ContinuousClock.now - begin) / Double(solution.progress.answers))
  value = solution.report.value ?? .infinity
}
// The objective alone, on points that differ, so that nothing is computed once for all.
var probe = Vector(repeating: 3, count: n)
var sink = 0.0
let begin = ContinuousClock.now
for k in 0..<answers {
  probe[k % n] += 1e-6
  sink += try function.immediateValue(at: probe) ?? 0
}
let objective = seconds(ContinuousClock.now - begin) / Double(answers)
precondition(sink > 0)

// The first run pays for what the first one of every process does.
let sorted = times.dropFirst().sorted()
print(
  "{\"seconds\": \(sorted[sorted.count / 2]), \"least\": \(sorted[0]), \"objective\": \(objective), \"value\": \(value)}"
)
