// SPDX-License-Identifier: Apache-2.0
// What the loop itself costs: a scalar method that does a handful of flops an answer, on the synchronous path.
import AllocationCounter
import GradusCore
import GradusNumerics

/// Golden-section search on an interval: a scalar method with two values and no vector.
struct GoldenSection: OptimizationMethod {
  struct Interval: Sendable { var lower: Double, upper: Double }
  struct State: Sendable, Codable {
    var lower: Double
    var upper: Double
    var x: Double
    var value = Double.infinity
  }

  func start(_ problem: Interval, random: RandomStream) -> State {
    State(lower: problem.lower, upper: problem.upper, x: 0.5 * (problem.lower + problem.upper))
  }

  func ask(_ s: inout State) -> Evaluate<Double>? { Evaluate(point: s.lower + 0.381966011250105 * (s.upper - s.lower)) }

  func tell(_ s: inout State, _ answer: consuming Double, to question: consuming Evaluate<Double>) {
    if answer < s.value {
      s.value = answer
      s.x = question.point
      s.upper = s.lower + 0.618033988749895 * (s.upper - s.lower)
    } else {
      s.lower = question.point
    }
    // The interval is opened again, so that the loop can be timed for as long as one likes.
    if s.upper - s.lower < 1e-9 { (s.lower, s.upper) = (s.x - 1, s.x + 1) }
  }

  func report(_ s: State) -> Report<Double> { Report(point: s.x, value: s.value) }
}

let run = try Run(
  GoldenSection.Interval(lower: -1, upper: 2), by: GoldenSection(),
  asking: ValueFunction<Double> { ($0 - 0.3) * ($0 - 0.3) })
_ = try await run.finish(until: .answers(10_000))

// Rounds short enough to fit between two interruptions of a busy machine.
let answers = 200_000
var best = Duration.seconds(1_000)
var allocations: UInt64 = .max
for round in 1...50 {
  let before = allocation_count()
  let start = ContinuousClock.now
  _ = try await run.finish(until: .answers(10_000 + round * answers))
  best = min(best, ContinuousClock.now - start)
  allocations = min(allocations, allocation_count() - before)
}
let perAnswer = best / Double(answers)
let nanoseconds = Double(perAnswer.components.attoseconds) * 1e-9
print("loop: \(nanoseconds) ns an answer (limit 250), \(allocations) allocations in \(answers) answers")
