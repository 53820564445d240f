// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusModeling
import GradusNumerics
import Testing

/// What doubles with stated rates make of each pipeline, against what the rates say.
@Suite struct PipelineRateTests {
  /// Whether a count is within three standard errors of a probability.
  private func agrees(_ successes: Int, of count: Int, _ predicted: Double) -> Bool {
    let error = (predicted * (1 - predicted) / Double(count)).squareRoot()
    return abs(Double(successes) / Double(count) - predicted) <= 3 * max(error, 1e-12)
  }

  /// P = (1 − m)(1 − w): a pair is proved the same when neither the words nor the model has a mistake.
  @Test func pairsAreProvedAsOftenAsNobodyErred() async throws {
    let roles = SimulatedSynthesis(misread: 0.15, mismodelled: 0.1)
    let synthesis = BidirectionalSynthesis()
    let count = 240
    var (proved, accepted, faithful) = (0, 0, 0)
    for k in 0..<count {
      var stream = RandomStream(seed: 71).child("pair", k)
      let family = InstanceFamilies.all[[0, 1, 2, 3, 7][k % 5]]
      let statement = family.statement(size: 6, difficulty: 0.5, &stream)
      let pair = try await synthesis.pair(statement, telling: roles, modelling: roles, stream: stream)
      if pair.ending == .proved {
        proved += 1
        if pair.answer == statement { faithful += 1 }
      }
      if pair.isAccepted { accepted += 1 }
    }
    #expect(agrees(proved, of: count, 0.85 * 0.9), "\(proved) of \(count)")
    #expect(faithful == proved && accepted >= proved)
  }

  /// P by enumeration of every error that the double can make.
  @Test(arguments: [1, 3]) func plansAreFoundAsOftenAsPredicted(_ rounds: Int) async throws {
    var stream = RandomStream(seed: 5)
    let problem = PlanningExamples.gripper(balls: 1, &stream)
    let items = (0..<120).map { SimulatedRepresenter.Item("request \($0 + 1)", problem) }
    let model = SimulatedRepresenter.model(items, rate: 0.5, seed: 9)
    let pipeline = PlanningPipeline(asking: model, rounds: rounds)
    let simulator = try PlanSimulator(problem)
    let length = try #require(try PlanSearch(problem).shortest()).count
    var right = 0
    for (k, item) in items.enumerated() {
      let answer = try await pipeline.answer(item.request, seed: k) { simulator.run($0.plan).fault }
      if answer.fault == nil, answer.plan.count == length { right += 1 }
    }
    let predicted = try await SimulatedRepresenter.successRate(items[0], rate: 0.5, by: pipeline)
    #expect(agrees(right, of: items.count, predicted), "\(right) of \(items.count) against \(predicted)")
    #expect(rounds == 1 ? abs(predicted - 0.5) < 0.01 : predicted > 0.7)
  }

  /// P = names^(labels of the pitfalls)·Π(1 − spoils·P(retrieved)) over the irrelevant insights, with an insight for each pitfall.
  @Test func tasksAreSolvedAsOftenAsTheLibrarySays() async throws {
    let double = SimulatedExperience(seed: 3)
    var library = ExperienceLibrary()
    for p in 0..<SimulatedExperience.pitfalls {
      library.add(double.insight(into: p, condition: "c\(p)"))
      // Too wide: wherever the sign of its label stands.
      if p < 4 { library.add(double.insight(into: p + 4, condition: "s\(p)")) }
    }
    let tasks = double.tasks(900, RandomStream(seed: 12))
    var (solved, predicted) = (0, 0.0)
    for task in tasks {
      let known = try await library.retrieve(for: task, by: double)
      if try await double.solves(task, with: known, attempt: 0) { solved += 1 }
      predicted += Self.predicted(task, double)
    }
    predicted /= Double(tasks.count)
    #expect(agrees(solved, of: tasks.count, predicted), "\(solved) of \(tasks.count) against \(predicted)")
    #expect(predicted > 0.5 && predicted < 0.97)
  }

  private static func predicted(_ task: String, _ double: SimulatedExperience) -> Double {
    let needed = SimulatedExperience.pitfalls(of: task)
    let own = Set(needed.map { $0 % 4 })
    let parts = task.split(separator: " ")
    var share = 1.0
    for label in 0..<4 {
      let isWide = parts.contains("s\(label)") && !needed.contains(label + 4)
      if own.contains(label) {
        // All insights of a label come together.
        share *= double.names * (isWide ? 1 - double.spoils : 1)
      } else if isWide {
        share *= 1 - double.spoils * double.wanders
      }
    }
    return share
  }
}
