// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusFirstOrder
import GradusNumerics
import GradusProblems
import Testing

/// What is wrong is said in one line, with a remedy, or ends the run; never a number that looks right.
@Suite struct BadInputTests {
  @Test(arguments: [
    ("adamww", "there is no update rule 'adamww'; did you mean 'adamw'?"),
    ("gradient-thing", "there is no update rule 'gradient-thing'; 'gradus methods' lists them"),
  ])
  func unknownRules(_ name: String, _ text: String) {
    #expect(throws: UnknownRule.self) { try RuleCatalog.entry(named: name) }
    do { _ = try RuleCatalog.entry(named: name) } catch { #expect("\(error)" == text) }
  }

  @Test(arguments: [
    ("rat", "0.1", "adamw has no setting 'rat'; did you mean 'rate'?"),
    ("rate", "0", "setting rate=0 is out of range; allowed is 1e-12 … 1000000.0"),
    ("rate", "-0.1", "setting rate=-0.1 is out of range; allowed is 1e-12 … 1000000.0"),
    ("rate", "nan", "setting rate=nan is out of range; allowed is 1e-12 … 1000000.0"),
    ("beta2", "1", "setting beta2=1 is out of range; allowed is 0.0 … 0.9999999"),
    ("decay", "much", "setting decay=much cannot be read; expected Double"),
  ])
  func wrongSettings(_ name: String, _ value: String, _ text: String) throws {
    let entry = try RuleCatalog.entry(named: "adamw")
    do {
      _ = try entry.open([(name, value)])
      Issue.record("\(name)=\(value) was accepted")
    } catch { #expect("\(error)" == text) }
  }

  /// Every rule refuses a rate of zero and below.
  @Test(arguments: RuleCatalog.entries.map(\.card.name))
  func ratesArePositive(_ name: String) throws {
    let entry = try RuleCatalog.entry(named: name)
    for rate in ["0", "-1"] { #expect(throws: SettingError.self) { try entry.open([("rate", rate)]) } }
  }

  @Test func layoutsThatDoNotFit() throws {
    let method = FirstOrder(AdamW(), layout: Layout([("w", [3, 4])]))
    #expect(throws: Unsuitable.self) {
      try method.start(Unconstrained(start: .zeros(11)), random: RandomStream(seed: 1))
    }
    #expect(throws: Never.self) {
      try method.start(Unconstrained(start: .zeros(12)), random: RandomStream(seed: 1))
    }
  }

  @Test func gradientsOfAnotherLength() async {
    await #expect(processExitsWith: .failure) {
      var (parameters, state) = ([Float](repeating: 0, count: 8), AdamW().start(Layout([("w", [8])])))
      var span = parameters.mutableSpan
      AdamW().update(
        &span, gradient: [Float](repeating: 0, count: 7).span, state: &state, layout: Layout([("w", [8])]),
        context: StepContext(step: 1))
    }
    await #expect(processExitsWith: .failure) {
      var (parameters, state) = ([Float](repeating: 0, count: 80), DoG().start(Layout([("w", [8])])))
      var span = parameters.mutableSpan
      DoG().update(
        &span, gradient: [Float](repeating: 0, count: 80).span, state: &state, layout: Layout([("w", [80])]),
        context: StepContext(step: 1))
    }
  }

  /// NaN stays in its coordinate, and ends a run of the catalog with what was best before.
  @Test func noNumberInOneCoordinate() throws {
    let layout = Layout([("w", [19])])
    var (parameters, state) = (UpdateRuleTests.start(19), AdamW().start(layout))
    for t in 1...3 {
      var gradient = (0..<19).map { UpdateRuleTests.gradient($0, t) }
      if t == 2 { gradient[11] = .nan }
      var span = parameters.mutableSpan
      AdamW().update(&span, gradient: gradient.span, state: &state, layout: layout, context: StepContext(step: t))
    }
    #expect(parameters.indices.filter { !parameters[$0].isFinite } == [11])

    let method = FirstOrder(SGD())
    var s = try method.start(Unconstrained(start: [1, 2]), random: RandomStream(seed: 1))
    let first = try #require(method.ask(&s))
    method.tell(&s, Linearization(value: 5, gradient: [1, 1]), to: first)
    let second = try #require(method.ask(&s))
    method.tell(&s, Linearization(value: 4, gradient: [.nan, 1]), to: second)
    #expect(method.ask(&s) == nil)
    let report = method.report(s)
    #expect(report.claim == .failed && report.value == 5 && report.point == [1, 2])
  }

  @Test func gradientsOfAnotherLengthEndARun() throws {
    let method = FirstOrder(SGD())
    var s = try method.start(Unconstrained(start: [1, 2]), random: RandomStream(seed: 1))
    let question = try #require(method.ask(&s))
    method.tell(&s, Linearization(value: 5, gradient: [1, 1, 1]), to: question)
    #expect(method.report(s).claim == .failed)
  }

  /// The memory of one rule is none for another, in a decoder or in a checkpoint.
  @Test func memoryOfAnotherRule() async throws {
    let layout = Layout([("w", [16])])
    let saved = try JSONEncoder().encode(SGD().start(layout))
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(AdamW.State.self, from: saved) }
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(DoG.State.self, from: saved) }

    let problem = try ProblemLibrary.problem(named: "quadratic,n=10")
    let entry = try RuleCatalog.entry(named: "adam").method
    let run = try entry.open(RunRequest(problems: problem.forms, oracles: [problem.oracle], seed: 1))
    _ = try await run.finishErased(until: .answers(5), width: 1, delivery: .inOrder)
    var request = RunRequest(problems: problem.forms, oracles: [problem.oracle], seed: 1)
    request.resuming = try run.checkpoint()
    #expect(throws: Never.self) { try entry.open(request) }
    let other = try RuleCatalog.entry(named: "adamw").method
    #expect(throws: (any Error).self) { try other.open(request) }
  }
}
