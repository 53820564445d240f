// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusNumerics
import Testing

/// Targets are fitted by their mean; held out is another number, which training passes on its way.
private struct Means: MinibatchOracle, ZerothOrderOracle {
  static let targets: [Float] = [3, 5, 4, 4]
  let heldOut: Float?

  func linearization(
    at point: Buffer<Float>, of rows: [Int], stream: RandomStream
  ) async throws -> Linearization<Buffer<Float>> {
    var (value, gradient) = (0.0, Buffer<Float>(repeating: 0, count: point.count))
    for j in 0..<point.count {
      for row in rows {
        let distance = point[j] - Self.targets[row]
        value += Double(distance * distance) / 2
        gradient[j] += distance
      }
    }
    return Linearization(value: value, gradient: gradient)
  }

  func value(at point: Buffer<Float>) async throws -> Double {
    let distance = Double(point[0]) - Double(heldOut ?? 4)
    return distance * distance
  }
}

@Suite struct EarlyStoppingTests {
  private typealias Watched = EarlyStopping<Trainer<Elementwise<LearningRate>>>
  private static let oracle = WatchedLoss(Means(heldOut: nil), heldOut: Means(heldOut: 2))
  private static let problem = Training(
    layout: Layout([("w", [3])]), start: [0, 0, 0], observationCount: 4, modelFingerprint: 1, dataFingerprint: 1)

  private static func method(every: Int, patience: Int, steps: Int = 100) -> Watched {
    EarlyStopping(
      Trainer(Elementwise(LearningRate(0.05)), batchSize: 2, steps: steps), every: every, patience: patience)
  }

  @Test func endsWithTheBest() async throws {
    let run = try Run(Self.problem, by: Self.method(every: 2, patience: 3), asking: Self.oracle)
    let solution = try await run.finish(until: .answers(1_000))
    let best = try #require(run.state.best)
    #expect(solution.report.claim == .stalled)
    #expect(solution.report.value == best.loss)
    #expect(solution.report.point == best.parameters)
    #expect(run.state.training.step == best.step + 6)
    #expect(best.step % 2 == 0 && best.step > 0)
    // The parameters are those of a training of so many steps.
    let short = try Run(
      Self.problem, by: Trainer(Elementwise(LearningRate(0.05)), batchSize: 2, steps: best.step),
      asking: Self.oracle)
    _ = try await short.finish(until: .answers(1_000))
    #expect(short.state.parameters == best.parameters)
    #expect(abs(best.parameters[0] - 2) < 0.5)
  }

  /// Without patience the training takes all its steps, and looks at the last one in any case.
  @Test func looksAtTheEnd() async throws {
    let run = try Run(Self.problem, by: Self.method(every: 7, patience: 0, steps: 24), asking: Self.oracle)
    let solution = try await run.finish(until: .answers(1_000))
    #expect(solution.report.claim == .exhausted)
    #expect(run.state.looked?.step == 24)
    #expect(solution.progress.answers == 24 + 4 + 1)
    let blind = try Run(Self.problem, by: Self.method(every: 0, patience: 0, steps: 24), asking: Self.oracle)
    _ = try await blind.finish(until: .answers(1_000))
    #expect(blind.state.training.parameters == run.state.training.parameters)
    #expect(blind.state.best == nil && blind.progress.answers == 24 + 1)
  }

  @Test(arguments: 0..<30) func resumedAnywhere(_ answers: Int) async throws {
    let method = Self.method(every: 2, patience: 3)
    let whole = try Run(Self.problem, by: method, asking: Self.oracle)
    _ = try await whole.finish(until: .answers(1_000))
    let half = try Run(Self.problem, by: method, asking: Self.oracle)
    for _ in 0..<answers { _ = try await half.step() }
    let saved = try half.checkpoint()
    let rest = try Run<Watched>(resuming: saved, of: Self.problem, asking: Self.oracle)
    _ = try await rest.finish(until: .answers(1_000))
    #expect(rest.state.best?.step == whole.state.best?.step)
    #expect(rest.state.best?.parameters == whole.state.best?.parameters)
    #expect(rest.state.training.parameters == whole.state.training.parameters)
    #expect(rest.progress.answers == whole.progress.answers)
  }

  @Test func nothingMoves() async throws {
    let method = Self.method(every: 3, patience: 0)
    var state = method.start(Self.problem, random: RandomStream(seed: 1))
    var places: Set<UInt> = []
    for step in 0..<60 {
      guard let question = method.ask(&state) else { break }
      let answer = try await question.put(to: Self.oracle)
      method.tell(&state, answer, to: consume question)
      if step > 0 { places.insert(method.parameterAddress(in: state)) }
    }
    #expect(places.count == 1)
  }
}

@Suite struct BadBatchTests {
  /// Observation 2 spoils the gradient of `b`.
  private struct Spoiled: MinibatchOracle {
    func linearization(
      at point: Buffer<Float>, of rows: [Int], stream: RandomStream
    ) async throws -> Linearization<Buffer<Float>> {
      var gradient = Buffer<Float>(repeating: 1, count: 5)
      if rows.contains(2) { gradient[3] = .nan }
      return Linearization(value: 1, gradient: gradient)
    }
  }

  private static let problem = Training(
    layout: Layout([("a", [3]), ("b", [2])]), start: [0, 0, 0, 0, 0], observationCount: 4, modelFingerprint: 1,
    dataFingerprint: 1)

  @Test func theRunStopsAtIt() async throws {
    let trainer = Trainer(Elementwise(LearningRate(0.5)), batchSize: 1, steps: 40)
    let run = try Run(Self.problem, by: trainer, asking: Spoiled(), seed: 3)
    while try await run.step() {}
    let bad = try #require(run.state.bad)
    #expect(run.report.claim == .failed)
    #expect(bad.step == run.state.step && bad.tensor == "b" && bad.rows == [2] && bad.loss == 1)
    #expect(run.state.parameters[0] == -0.5 * Float(bad.step - 1))
  }

  @Test func orPassesItOver() async throws {
    let trainer = Trainer(Elementwise(LearningRate(0.5)), batchSize: 1, steps: 40, skipsBadBatches: true)
    let run = try Run(Self.problem, by: trainer, asking: Spoiled(), seed: 3)
    while try await run.step() {}
    #expect(run.report.claim == .exhausted)
    #expect(run.state.skipped == 10 && run.state.step == 40)
    #expect(run.state.parameters[0] == -15)
    // Where every batch of an epoch is bad, nothing will ever move.
    let whole = Trainer(Elementwise(LearningRate(0.5)), batchSize: 4, steps: 40, skipsBadBatches: true)
    let stuck = try Run(Self.problem, by: whole, asking: Spoiled(), seed: 3)
    while try await stuck.step() {}
    #expect(stuck.report.claim == .failed && stuck.state.step == 1)
  }
}
