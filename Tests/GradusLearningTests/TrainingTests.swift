// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import Testing

/// Training through the loop that every method runs in.
@Suite struct TrainingTests {
  static func digits(_ count: Int, _ seed: UInt64, side: Int = 12) throws -> LearningData {
    let digits = RenderedDigits(count: count, side: side, stream: RandomStream(seed: seed))
    return try LearningData(
      features: digits.pixels, width: side * side, labels: digits.labels.map { Int32($0) }, classCount: 10)
  }

  static let adamW = AdamMoments().then(Decay(0.01)).then(LearningRate(2e-3))

  static func trainer(_ steps: Int) -> Trainer<Elementwise<Then<Then<AdamMoments, Decay>, LearningRate>>> {
    Trainer(Elementwise(adamW), batchSize: 32, steps: steps)
  }

  @Test func digitsAreLearned() async throws {
    let model = Perceptron(widths: [144, 48, 10])
    let loss = NetworkLoss(model, on: try Self.digits(1000, 1))
    let problem = loss.problem(RandomStream(seed: 1))
    let run = try Run(problem, by: Self.trainer(400), asking: loss, seed: 1)
    let before = try loss.evaluation(at: problem.start)
    #expect(before.accuracy < 0.35)
    let solution = try await run.finish(until: .answers(10_000))
    let objective = try #require(solution.verdict.objective)
    #expect(objective < 0.2)
    #expect(solution.status == .feasible)
    let test = NetworkLoss(model, on: try Self.digits(500, 2))
    let after = try test.evaluation(at: solution.report.point)
    #expect(after.accuracy > 0.9, "\(after)")
  }

  /// A text that repeats is learned to the letter.
  @Test func textIsLearned() async throws {
    let phrase = Array("step by step the gradient goes down; ".utf8)
    let letters = Array(Set(phrase)).sorted()
    let tokens = (0..<1200).map { Int32(letters.firstIndex(of: phrase[$0 % phrase.count]) ?? 0) }
    let data = try LearningData(tokens: tokens, vocabulary: letters.count, context: 16)
    let model = TextTransformer(vocabulary: letters.count, context: 16, width: 32, layers: 2, heads: 2, hidden: 64)
    let loss = NetworkLoss(model, on: data)
    let problem = loss.problem(RandomStream(seed: 1))
    let rule = Elementwise(
      ClipByNorm(1).then(AdamMoments()).then(
        LearningRate(Schedule(peak: 1e-2, shape: .cosine, warmup: 10, steps: 150, floor: 0.1))))
    let run = try Run(problem, by: Trainer(rule, batchSize: 16, steps: 150), asking: loss)
    let solution = try await run.finish(until: .answers(10_000))
    #expect(try #require(solution.verdict.objective) < 0.3)
    #expect(try loss.evaluation(at: solution.report.point).accuracy > 0.9)
  }

  /// Derivatives of whole models against differences of their loss, along the gradient.
  @Test(arguments: [false, true])
  func gradientsOfModels(_ isText: Bool) async throws {
    func check(_ loss: NetworkLoss<some Network>, _ rows: [Int]) throws {
      let start = loss.problem(RandomStream(seed: 3)).start
      let stream = RandomStream(seed: 0)
      let here = try #require(try loss.immediateLinearization(at: start, of: rows, stream: stream))
      let norm = here.gradient.elements.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect(norm > 1e-3)
      let h = 2e-3 / norm
      func moved(_ t: Double) -> Buffer<Float> {
        Buffer(zip(start.elements, here.gradient.elements).map { $0 + Float(t) * $1 })
      }
      let ahead = try #require(try loss.immediateLinearization(at: moved(h), of: rows, stream: stream)).value
      let behind = try #require(try loss.immediateLinearization(at: moved(-h), of: rows, stream: stream)).value
      let slope = (ahead - behind) / (2 * h)
      #expect(abs(slope - norm * norm) <= 0.01 * norm * norm, "\(slope) instead of \(norm * norm)")
    }
    if isText {
      let data = try LearningData(tokens: (0..<40).map { Int32($0 * 7 % 11) }, vocabulary: 11, context: 8)
      try check(
        NetworkLoss(TextTransformer(vocabulary: 11, context: 8, width: 16, layers: 2, heads: 2), on: data), [0, 9, 20])
    } else {
      try check(NetworkLoss(Perceptron(widths: [144, 24, 10]), on: try Self.digits(20, 5)), Array(0..<20))
    }
  }

  private func start(_ threads: Int, steps: Int) throws -> (Training, NetworkLoss<Perceptron>) {
    let loss = NetworkLoss(Perceptron(widths: [144, 130, 10]), on: try Self.digits(200, 1), threads: threads)
    return (loss.problem(RandomStream(seed: 1)), loss)
  }

  @Test func threadsDoNotChangeTheWeights() async throws {
    var weights: [[UInt32]] = []
    for threads in [1, 2, 3] {
      let (problem, loss) = try start(threads, steps: 20)
      let run = try Run(problem, by: Self.trainer(20), asking: loss, seed: 4)
      while try await run.step() {}
      weights.append(run.state.parameters.elements.map(\.bitPattern))
    }
    #expect(weights[0] == weights[1])
    #expect(weights[0] == weights[2])
  }

  /// Saved in the middle of an epoch and resumed by a new process's worth of objects: the same bits.
  @Test(arguments: [1, 6, 13])
  func resumedRunsAreTheSame(_ lead: Int) async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).checkpoint").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let (problem, loss) = try start(1, steps: 20)
    let whole = try Run(problem, by: Self.trainer(20), asking: loss, seed: 4)
    while try await whole.step() {}
    let part = try Run(problem, by: Self.trainer(20), asking: loss, seed: 4)
    for _ in 0..<lead { _ = try await part.step() }
    try part.checkpoint().write(to: path)
    let (again, other) = try start(1, steps: 20)
    let rest = try Run<Trainer<Elementwise<Then<Then<AdamMoments, Decay>, LearningRate>>>>(
      resuming: Checkpoint(contentsOf: path), of: again, asking: other)
    #expect(rest.state.step == lead)
    while try await rest.step() {}
    #expect(rest.state.parameters.elements.map(\.bitPattern) == whole.state.parameters.elements.map(\.bitPattern))
    #expect(rest.state.smoothedLoss == whole.state.smoothedLoss)
    // Another model or other data are refused.
    let foreign = NetworkLoss(Perceptron(widths: [144, 130, 10]), on: try Self.digits(200, 9))
    #expect(throws: (any Error).self) {
      try Run<Trainer<Elementwise<Then<Then<AdamMoments, Decay>, LearningRate>>>>(
        resuming: Checkpoint(contentsOf: path), of: foreign.problem(RandomStream(seed: 1)), asking: foreign)
    }
  }

  /// An oracle whose third answer is no number.
  private struct Spoiled: MinibatchOracle {
    let base: NetworkLoss<Perceptron>
    let bad: Int
    func linearization(
      at point: Buffer<Float>, of rows: [Int], stream: RandomStream
    ) async throws -> Linearization<Buffer<Float>> {
      var answer = try await base.linearization(at: point, of: rows, stream: stream)
      if stream == RandomStream(seed: 4).child("batches").child("batch", bad) { answer.gradient[3] = .nan }
      return answer
    }
  }

  @Test(arguments: [false, true])
  func numbersThatAreNone(_ skips: Bool) async throws {
    let (problem, loss) = try start(1, steps: 6)
    var trainer = Self.trainer(6)
    trainer.skipsBadBatches = skips
    let run = try Run(problem, by: trainer, asking: Spoiled(base: loss, bad: 2), seed: 4)
    while try await run.step() {}
    #expect(run.state.step == (skips ? 6 : 3))
    #expect(run.state.skipped == 1)
    #expect(run.report.claim == (skips ? .exhausted : .failed))
    let isFinite = run.state.parameters.elements.allSatisfy { $0.isFinite }
    #expect(isFinite)
    #expect(run.state.parameters != problem.start)
  }

  @Test func parametersStayWhereTheyAre() async throws {
    let (problem, loss) = try start(1, steps: 6)
    let trainer = Self.trainer(6)
    var state = trainer.start(problem, random: RandomStream(seed: 1))
    var addresses: Set<UInt> = []
    while let question = trainer.ask(&state) {
      let answer = try await question.put(to: loss)
      trainer.tell(&state, answer, to: consume question)
      addresses.insert(trainer.parameterAddress(in: state))
    }
    // The first update copies what the problem still holds.
    #expect(addresses.count == 1)
  }

  @Test func dataThatCannotBeLearnedFrom() {
    func message(_ make: () throws(LearningDataError) -> LearningData) -> String? {
      do throws(LearningDataError) {
        _ = try make()
        return nil
      } catch { return error.description }
    }
    #expect(
      message { () throws(LearningDataError) in try LearningData(features: [], width: 2, labels: [], classCount: 2) }
        == "0 features of 0 rows; expected rows of 2 features")
    #expect(
      message { () throws(LearningDataError) in
        try LearningData(features: [1, 2, 3, 4], width: 2, labels: [0, 2], classCount: 2)
      } == "the label of row 1 is 2; expected a class from 0 to 1")
    #expect(
      message { () throws(LearningDataError) in
        try LearningData(features: [1, 2, 3, .nan], width: 2, labels: [0, 1], classCount: 2)
      } == "feature 1 of row 1 is nan; expected a finite number")
    #expect(
      message { () throws(LearningDataError) in try LearningData(tokens: [1, 2], vocabulary: 3, context: 2) }
        == "a text of 2 tokens; expected more than the context of 2")
  }
}
