// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusNumerics
import GradusPrograms
import Testing

@Suite struct ConsensusTests {
  @Test func scoresByHand() {
    let outputs: [[MiniValue?]] = [[.int(1), .int(2)], [.int(1), .int(3)], [.int(4), .int(2)], [nil, .int(3)]]
    #expect(FunctionalConsensus.scores(outputs) == [2, 2, 1, -99])
    #expect(FunctionalConsensus.scores(outputs, failedExamples: [1, 0, 0, 2])[0] == -9998)
    #expect(FunctionalConsensus.clusterSizes(outputs + [outputs[0]]) == [2, 1, 1, 1, 2])
    #expect(FunctionalConsensus.selfTests(outputs, expected: [.int(1), .int(3)]) == [1, 2, 0, 1])
    #expect(FunctionalConsensus.scores([]).isEmpty)
  }

  @Test func sketchesAreRightAndDeep() async throws {
    for k in 0..<10 {
      let sketch = try CodingSketch.random(depth: 2 + k % 2, RandomStream(seed: UInt64(k)))
      #expect(sketch.program.functions.count == (k % 2 == 0 ? 4 : 8))
      let tests = try sketch.tests(10, RandomStream(seed: 1))
      #expect(tests.outcome(of: sketch.program.description).isPassed && tests.cases.count == 10)
    }
  }

  private static func written(_ method: FunCoder, _ rate: Double, _ seed: UInt64) async throws -> (Bool, Int) {
    let random = RandomStream(seed: seed)
    let sketch = try CodingSketch.random(depth: 3, random)
    let task = try sketch.task(examples: 0, random)
    let run = try Run(task, by: method, asking: CodingOracle(advisor: SimulatedCoder(sketch, rate: rate)), seed: seed)
    while try await run.step() {}
    let isRight = try sketch.tests(30, random.child("hidden")).outcome(of: run.report.point).isPassed
    return (isRight, run.state.consultations)
  }

  /// A coder without errors is divided and put together again.
  @Test func whatIsRightStaysRight() async throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      var method = FunCoder()
      method.samples = 2
      let found = try await Self.written(method, 1, seed)
      // Eight functions, a division and one or two versions each; no inputs where versions are alike.
      #expect(found.0 && found.1 <= 8 * 3)
      method.divides = false
      let whole = try await Self.written(method, 1, seed)
      #expect(whole.0 && whole.1 == 2)
    }
  }

  @Test func dividingHelpsWhereLengthHurts() async throws {
    var (divided, whole) = (0, 0)
    for seed in 1...6 as ClosedRange<UInt64> {
      var method = FunCoder()
      let found = try await Self.written(method, 0.92, seed)
      divided += found.0 ? 1 : 0
      (method.divides, method.samples) = (false, found.1 - 1)
      let other = try await Self.written(method, 0.92, seed)
      #expect(other.1 <= found.1)
      whole += other.0 ? 1 : 0
    }
    #expect(divided >= 4 && divided > whole, "\(divided) against \(whole)")
  }

  @Test func resumptionIsExact() async throws {
    let sketch = try CodingSketch.random(depth: 3, RandomStream(seed: 5))
    let oracle = CodingOracle(advisor: SimulatedCoder(sketch, rate: 0.9))
    let task = try sketch.task(examples: 2, RandomStream(seed: 5))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var method = FunCoder()
    method.samples = 4
    var state = try method.start(task, random: RandomStream(seed: 3))
    var count = 0
    while let question = method.ask(&state) {
      let saved = try encoder.encode(state)
      state = try JSONDecoder().decode(FunCoder.State.self, from: saved)
      #expect(try encoder.encode(state) == saved && encoder.encode(method.ask(&state)) == encoder.encode(question))
      method.tell(&state, try await question.put(to: oracle), to: question)
      count += 1
      if count > 500 { break }
    }
    #expect(count < 500 && method.report(state).claim == .exhausted && state.finishedCount == 8)
  }

  private struct Speaker: LanguageModel {
    var says: @Sendable (String) -> String
    func complete(_ prompt: String, stream: RandomStream) async throws -> Completion { Completion(text: says(prompt)) }
  }

  /// Whatever the advisor says, the run ends: with a program or with none.
  @Test(arguments: [
    "", "no", "fn f(xs: [Int]) -> [Int] {}", "fn f(x: Int) -> Int { return x }",
    "fn f(xs: [Int]) -> [Int] { return g(xs) }\nfn g(xs: [Int]) -> [Int] {}",
    "fn f(xs: [Int]) -> [Int] { return f(xs) }", "```\nfn f(xs: [Int]) -> [Int] { return xs }\n```",
    "fn f(xs: [Int]) -> [Int] { while true { } return xs }", "fn f(xs: [Int]) -> [Int] { return sort(xs) ",
  ]) func anyAdvisorIsSurvived(answer: String) async throws {
    let task = try CodingTask(
      .init("fn f(xs: [Int]) -> [Int]", "sorts"), examples: [.init([.ints([2, 1])], .ints([1, 2]))])
    var method = FunCoder()
    method.samples = 3
    let run = try Run(task, by: method, asking: CodingOracle(advisor: Speaker { _ in answer }), seed: 1)
    var steps = 0
    while try await run.step() { steps += 1 }
    #expect(steps < 60 && (run.report.claim == .failed) == run.report.point.isEmpty)
    if !run.report.point.isEmpty { #expect(throws: Never.self) { try MiniCode(parsing: run.report.point) } }
  }

  /// The sheet's pilot has 0.995 by consensus, 0.79 by tests of the advisor and 0.73 by the largest cluster.
  @Test func consensusAsPredicted() {
    let found = ConsensusSimulator(right: 0.2).success(draws: 600, RandomStream(seed: 3))
    #expect(found.consensus > 0.98)
    #expect(abs(found.cluster - 0.75) < 0.06 && found.selfTests < found.consensus - 0.1)
    let sure = ConsensusSimulator(right: 1).success(draws: 20, RandomStream(seed: 3))
    #expect(sure.consensus == 1 && sure.selfTests == 1 && sure.cluster == 1)
  }
}
