// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusModeling
import GradusNumerics
import Testing

@Suite struct PlanningTests {
  typealias Atom = StripsProblem.Atom

  /// Blocks a on b on the table; b is to stand on a: unstack, putdown, pickup, stack.
  static func swap() -> StripsProblem {
    var stream = RandomStream(seed: 1)
    var problem = PlanningExamples.blocksworld(blocks: 2, &stream)
    problem.initial = ["on(b1,b2)", "ontable(b2)", "clear(b1)", "handempty"].compactMap { Atom(reading: $0) }
    problem.goal = [Atom("on", ["b2", "b1"])]
    return problem
  }

  @Test func aSmallProblemHasItsKnownPlan() async throws {
    let problem = Self.swap()
    let expected = ["unstack(b1,b2)", "putdown(b1)", "pickup(b2)", "stack(b2,b1)"]
    #expect(try PlanSearch(problem).shortest() == expected)
    let compiler = try PlanningCompiler(problem)
    #expect(try #require(compiler.leastSteps) <= 4)
    #expect(try compiler.program(steps: 1) == nil)
    let outcome = try await compiler.shortest()
    #expect(outcome.plan == expected && outcome.isProved && outcome.message == nil)
    #expect(try PlanSimulator(problem).run(expected).isValid)
  }

  @Test func theSimulatorNamesTheFirstThingThatIsWrong() throws {
    let simulator = try PlanSimulator(Self.swap())
    let report = simulator.run(["unstack(b1,b2)", "pickup(b2)"])
    #expect(report.steps == 1 && report.fault == "step 2, pickup(b2): handempty does not hold")
    #expect(simulator.run(["unstack(b1,b2)"]).fault == "at the end on(b2,b1) does not hold")
    #expect(simulator.run(["fly(b1)"]).fault == "step 1, fly(b1): no action has this name")
    #expect(simulator.run(["stack(b1,b1)"]).fault?.contains("twice") == true)
    #expect(simulator.run(["pickup(b7)"]).fault?.contains("b7 is no block") == true)
    #expect(simulator.run([")("]).fault?.contains("no action") == true)
  }

  /// The optimum of integer programs is that of breadth-first search, and the simulator takes the plan.
  @Test(arguments: 0..<4) func compiledPlansAreValidAndShortest(_ k: Int) async throws {
    var stream = RandomStream(seed: 11).child("plan", k)
    for problem in [
      PlanningExamples.blocksworld(blocks: 3 + k % 2, &stream), PlanningExamples.gripper(balls: 2 + k % 2, &stream),
    ] {
      let compiler = try PlanningCompiler(problem)
      let shortest = try #require(try PlanSearch(problem).shortest())
      #expect(try #require(compiler.leastSteps) <= shortest.count)
      let plan = try #require(try await compiler.shortest(by: ModelExecutor(timeLimit: 60)).plan)
      #expect(plan.count == shortest.count)
      #expect(try PlanSimulator(problem).run(plan).isValid)
    }
  }

  /// An action that adds what holds, and one that deletes what does not: the equation alone would forbid both.
  @Test func addingWhatHoldsAndDeletingWhatDoesNotIsAllowed() async throws {
    let problem = StripsProblem(
      objects: [], predicates: [.init("a"), .init("b"), .init("c")],
      actions: [.init("go", needs: [Atom("a")], adds: [Atom("a"), Atom("b")], deletes: [Atom("c")])],
      initial: [Atom("a")], goal: [Atom("a"), Atom("b")], horizon: 3)
    let outcome = try await PlanningCompiler(problem).shortest()
    #expect(outcome.plan == ["go"])
    #expect(try PlanSearch(problem).shortest() == ["go"])
  }

  @Test func aGoalOutOfReachIsSaidWithoutSolving() async throws {
    var problem = Self.swap()
    problem.goal = ["on(b1,b2)", "on(b2,b1)"].compactMap { Atom(reading: $0) }
    let outcome = try await PlanningCompiler(problem).shortest()
    #expect(outcome.plan == nil && outcome.programs == 0 && outcome.message?.contains("never hold together") == true)
    problem = Self.swap()
    problem.horizon = 3
    let short = try await PlanningCompiler(problem).shortest()
    #expect(short.plan == nil && short.isProved && short.message == "no plan has 3 steps or fewer")
  }

  @Test func allocationsHaveTheOptimumOfEnumeration() async throws {
    for k in 0..<3 {
      var stream = RandomStream(seed: 5).child("allocation", k)
      let model = PlanningExamples.allocation(robots: 3, tasks: 5, &stream)
      let found = try await ModelExecutor().run(model.text())
      let best = try #require(PlanningExamples.enumerated(model))
      #expect(abs((found.objective ?? .nan) - best) < 1e-6)
      #expect((PlanningExamples.greedy(model) ?? 0) >= best)
    }
  }
}
