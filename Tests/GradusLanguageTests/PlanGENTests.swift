// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import Testing

import GradusLanguage

@Suite struct PlanGENTests {
  private static let task = PlanningTask("Go to the sea.", form: "one line a step, then \"End: PLACE\"", ending: "End:")

  /// Answers by the kind of prompt, and counts them.
  private struct Scripted: LanguageModel {
    var constraints = "- Be there by noon.\n- Take no car."
    var priors = "best-of-n: 0.9\ntree-of-thought: 0.2\nrebase: 0.1"
    var plan: @Sendable (_ prompt: String, _ number: Int) -> String = { _, _ in "<plan>Walk.\nEnd: sea</plan>" }
    var verdict: @Sendable (_ prompt: String) -> String = { _ in "Score: 100" }
    let counter = Counter()
    let prompts = Gathered<String>()

    func complete(_ prompt: String, stream: RandomStream) async throws -> Completion {
      prompts.add(prompt)
      if prompt.contains(PlanPrompt.constraints) { return Completion(text: constraints) }
      if prompt.contains(PlanPrompt.suitability) { return Completion(text: priors) }
      if prompt.contains(PlanPrompt.verdict) { return Completion(text: verdict(prompt)) }
      return Completion(text: plan(prompt, counter.next))
    }
  }

  @Test func constraintsVerifyAndRepair() async throws {
    let model = Scripted(
      plan: { prompt, _ in
        prompt.contains("<violated>\n- Take no car.\n</violated>")
          ? "<plan>\nWalk.\nEnd: sea\n</plan>" : "<plan>\nDrive.\nEnd: sea\n</plan>"
      },
      verdict: { prompt in
        let plan = JSONFinder.tagged("plan", in: prompt) ?? ""
        return prompt.contains("- Take no car.") && plan.contains("Drive") ? "- Take no car.\nScore: 20" : "Score: 100"
      })
    let method = PlanGEN([PlanAlgorithm("best-of-n", .bestOf(count: 2), repairs: 1)])
    let run = try Run(Self.task, by: method, asking: model, seed: 1)
    while try await run.step() {}
    #expect(run.report.point == ["Walk.", "End: sea"] && run.report.value == -100)
    #expect(run.state.constraints == ["Be there by noon.", "Take no car."])
    // Constraints, two plans, two verdicts, two repairs, two verdicts.
    #expect(run.state.calls == 9 && run.progress.answers == 5 && run.state.wasted == 0)
    #expect(run.report.reasons == ["round 1: best-of-n, 8 calls, score 100.0"])
    // Nobody reads a constraint that the model did not name.
    let blind = Scripted(constraints: "none", plan: model.plan, verdict: model.verdict)
    let other = try Run(Self.task, by: method, asking: blind, seed: 1)
    while try await other.step() {}
    #expect(other.report.point == ["Drive.", "End: sea"] && other.state.calls == 5)
  }

  @Test func theVoteTakesWhatMostPlansSay() async throws {
    let ends = ["End: a", "End: b", "end:  B", "End: c", "End: B"]
    let model = Scripted(plan: { _, k in "<plan>step \(k)\n\(ends[k % 5])</plan>" })
    var method = PlanGEN([.bestOfFive])
    method.selection = .majority
    let run = try Run(Self.task, by: method, asking: model, seed: 1)
    while try await run.step() {}
    // "end:  B" does not begin as a last line must.
    #expect(run.state.task.answer(run.report.point) == "end: b" && run.state.wasted == 1 && run.state.calls == 5)
    let prompts = model.prompts.all
    #expect(prompts.allSatisfy { $0.contains(PlanPrompt.whole) && !$0.contains("<constraints>") })
  }

  @Test func theNextWayIsTriedWhereOneFails() async throws {
    // Whole plans never end well; lines do.
    let model = Scripted(
      plan: { prompt, _ in
        guard !prompt.contains(PlanPrompt.whole) else { return "<plan>Drive.\nEnd: sea</plan>" }
        return prompt.contains("<begun>") ? "<step>End: sea</step>" : "<step>Walk.</step>"
      }, verdict: { $0.contains("Drive.") ? "- Take no car.\nScore: -20" : "Score: 96" })
    let run = try Run(Self.task, by: PlanGEN(), asking: model, seed: 1)
    while try await run.step() {}
    #expect(run.state.priors == [0.9, 0.2, 0.1])
    #expect(run.state.rounds.map(\.algorithm) == ["best-of-n", "tree-of-thought"])
    #expect(run.report.point == ["Walk.", "End: sea"])
    #expect(run.state.bandit.sums == [0.4, 0.98, 0] && run.state.bandit.counts == [1, 1, 0])
    #expect(run.state.bandit.rescued == [0, 1, 0])
    var dear = PlanGEN()
    dear.price = 0.01
    let priced = try Run(Self.task, by: dear, asking: model, seed: 1)
    while try await priced.step() {}
    // Five plans with their verdicts, each written again once; three proposals with verdicts of a first line, six of a second.
    #expect(priced.state.rounds.map(\.calls) == [20, 18])
    #expect(zip(priced.state.bandit.sums, [0.2, 0.8, 0]).allSatisfy { abs($0 - $1) < 1e-12 })
    // What was learned: ways without a round come first, then what did well.
    var method = PlanGEN()
    method.experience = run.state.bandit
    let second = try Run(Self.task, by: method, asking: model, seed: 2)
    while try await second.step() {}
    #expect(second.state.rounds.map(\.algorithm) == ["rebase"])
  }

  @Test func theFormulaIsThatOfTheSheet() {
    var bandit = PlanBandit(count: 2)
    #expect(bandit.promise(0, prior: 0, tries: 0) == .infinity)
    #expect(bandit.next(priors: [0.1, 0.4], tries: [0, 0]) == 1)
    bandit.tell(0, reward: 0.5, isEnough: false, afterFailure: false)
    bandit.tell(0, reward: 1, isEnough: true, afterFailure: true)
    bandit.tell(1, reward: .nan, isEnough: false, afterFailure: true)
    (bandit.exploration, bandit.trust, bandit.diversity, bandit.recovery) = (0.5, 2, 0.3, 0.7)
    // 0.75 + 0.5·√(2 ln 4/2) + 2·0.25 + 0.3/3 + 0.7·1.
    #expect(abs(bandit.promise(0, prior: 0.25, tries: 2) - (0.75 + 0.5 * 1.1774100225154747 + 0.5 + 0.1 + 0.7)) < 1e-12)
    // 0 + 0.5·√(2 ln 4) + 0 + 0.3 + 0.
    #expect(abs(bandit.promise(1, prior: 0, tries: 0) - (0.5 * 1.6651092223153954 + 0.3)) < 1e-12)
    #expect(bandit.next(priors: [0.25, 0], tries: [2, 0]) == 0)
    #expect(bandit.next(priors: [0, 1], tries: [2, 0]) == 1)
  }

  @Test func answersAreReadWhateverStandsAroundThem() {
    #expect(PlanPrompt.items("Sure!\n - one \n* two\n- one\n-\nthree") == ["one", "two"])
    #expect(PlanPrompt.items((0..<500).map { "- \($0)" }.joined(separator: "\n")).count == 200)
    #expect(PlanPrompt.verdict("- a\nScore: 30\nscore: 250 of 100") == StepVerdict(100, remarks: ["a"]))
    #expect(PlanPrompt.verdict("Score: 40/100")?.score == 40)
    for text in ["", "Score:", "Score: good", "Score: nan", "the score is 3"] {
      #expect(PlanPrompt.verdict(text) == nil, "\(text)")
    }
    #expect(PlanPrompt.priors("A: 2\nb: -1\nc: nan\nd: x", ["a", "b", "c", "d", "e"]) == [1, 0, 0.5, 0.5, 0.5])
    let step = StepRequest<[String]>(place: ["Walk."], isWhole: false, remarks: [])
    let whole = StepRequest<[String]>(place: ["Walk."], isWhole: true, remarks: [])
    #expect(PlanPrompt.proposal("<step> End: sea \nmore</step>", step, Self.task)?.place == ["Walk.", "End: sea"])
    // What is begun may be repeated.
    #expect(PlanPrompt.proposal("<plan>Walk.\nEnd: a</plan>", whole, Self.task)?.place == ["Walk.", "End: a"])
    #expect(PlanPrompt.proposal("<plan>Walk.</plan>", whole, Self.task) == nil)
    #expect(PlanPrompt.proposal("<step></step>", step, Self.task) == nil)
    #expect(PlanPrompt.proposal("Walk.", step, Self.task) == nil)
  }

  @Test func nonsenseIsCountedAndEnds() async throws {
    let model = Scripted(constraints: "", priors: "?", plan: { _, _ in "I would rather not." }, verdict: { _ in "?" })
    let run = try Run(Self.task, by: PlanGEN(), asking: model, seed: 1)
    while try await run.step() {}
    #expect(run.report.point == [] && run.report.claim == .failed && run.state.rounds.count == 8)
    #expect(run.state.wasted == run.state.calls - 2 && run.state.priors == [0.5, 0.5, 0.5])
    // A verdict that cannot be read is the lowest.
    let mute = Scripted(verdict: { _ in "fine, I suppose" })
    let other = try Run(Self.task, by: PlanGEN([.bestOfFive]), asking: mute, seed: 1)
    while try await other.step() {}
    #expect(other.report.value == 100 && other.report.point == ["Walk.", "End: sea"])
  }

  /// Says nothing every second time, or nothing at all.
  private struct Failing: LanguageModel {
    var isDead: Bool
    let counter = Counter()

    func complete(_ prompt: String, stream: RandomStream) async throws -> Completion {
      if isDead || counter.next % 2 == 1, prompt.contains(PlanPrompt.whole) {
        throw ModelFailure.unreachable(service: "test", cause: "gone")
      }
      return Completion(text: prompt.contains(PlanPrompt.verdict) ? "Score: 100" : "<plan>End: sea</plan>")
    }
  }

  @Test func failuresOfTheModelAreLostProposals() async throws {
    let run = try Run(Self.task, by: PlanGEN([.bestOfFive]), asking: Failing(isDead: false), seed: 1)
    while try await run.step() {}
    #expect(run.report.point == ["End: sea"] && (2...3).contains(run.state.wasted))
    let dead = try Run(Self.task, by: PlanGEN([.bestOfFive]), asking: Failing(isDead: true), seed: 1)
    await #expect(throws: OracleFailure.self) { while try await dead.step() {} }
  }

  @Test func whatCannotBeginIsRefused() {
    var endless = PlanGEN()
    endless.rounds = 0
    var other = PlanGEN()
    other.experience = PlanBandit(count: 2)
    var vote = PlanGEN([.rebase])
    vote.selection = .majority
    for method in [PlanGEN([]), endless, other, vote, PlanGEN([PlanAlgorithm("none", .bestOf(count: 0))])] {
      #expect(throws: Unsuitable.self) { try Run(Self.task, by: method, seed: 1) }
    }
  }

  @Test(arguments: [10, 25, 60]) func theLimitOfCallsIsKept(_ limit: Int) async throws {
    var stream = RandomStream(seed: 4)
    let calendar = try #require(CalendarTask(people: 6, constraints: 12, days: 3, solutions: 1...2, &stream))
    var planner = SimulatedScheduler()
    planner.alarm = 1
    var method = PlanGEN()
    (method.rounds, method.calls) = (0, limit)
    let run = try Run(calendar.planning, by: method, asking: planner, seed: 1)
    while try await run.step() {}
    #expect(run.state.calls <= limit && run.state.calls > limit - 25)
  }

  /// Plans chosen by verification are right more often than voted ones; a verifier that approves of everything is no better than one plan.
  @Test func verificationIsWhatHelps() async throws {
    var (verified, voted, blind, single) = (0, 0, 0, 0)
    var approving = SimulatedScheduler()
    (approving.miss, approving.alarm) = (1, 0)
    for k in 0..<60 {
      var stream = RandomStream(seed: 11).child("task", k)
      let calendar = try #require(CalendarTask(people: 4, constraints: 8, days: 2, solutions: 1...2, &stream))
      func isSolved(_ count: Int, _ selection: PlanGEN.Selection, _ planner: SimulatedScheduler) async throws -> Bool {
        var method = PlanGEN([PlanAlgorithm("best-of-n", .bestOf(count: count), repairs: 0)])
        (method.selection, method.rounds) = (selection, 1)
        let run = try Run(calendar.planning, by: method, asking: planner, seed: UInt64(k))
        while try await run.step() {}
        return calendar.isSolved(by: run.report.point)
      }
      verified += try await isSolved(5, .verification, SimulatedScheduler()) ? 1 : 0
      voted += try await isSolved(5, .majority, SimulatedScheduler()) ? 1 : 0
      blind += try await isSolved(5, .verification, approving) ? 1 : 0
      single += try await isSolved(1, .majority, SimulatedScheduler()) ? 1 : 0
    }
    #expect(Double(verified) >= 1.3 * Double(voted) && voted > single)
    #expect(Double(blind) < 0.7 * Double(verified))
  }

  @Test func aSavedRunGoesOnToTheBit() async throws {
    var stream = RandomStream(seed: 5)
    let calendar = try #require(CalendarTask(people: 5, constraints: 10, days: 3, solutions: 1...2, &stream))
    var planner = SimulatedScheduler()
    planner.alarm = 1
    var method = PlanGEN()
    (method.rounds, method.calls) = (4, 150)
    let whole = try Run(calendar.planning, by: method, asking: planner, seed: 3)
    while try await whole.step() {}
    #expect(whole.state.rounds.count > 1)
    for half in [1, 3, 8, 14] {
      let first = try Run(calendar.planning, by: method, asking: planner, seed: 3)
      for _ in 0..<half { _ = try await first.step() }
      let second = try Run<PlanGEN>(resuming: first.checkpoint(), of: calendar.planning, asking: planner)
      while try await second.step() {}
      #expect(try Coding.encode(second.state) == Coding.encode(whole.state))
    }
  }
}
