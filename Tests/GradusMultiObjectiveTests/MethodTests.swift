// SPDX-License-Identifier: Apache-2.0
import GradusConformance
import GradusCore
import GradusMultiObjective
import GradusNumerics
import GradusProblems
import Testing

/// Share of the largest possible hypervolume that the reported front has.
func share<M: OptimizationMethod>(
  _ method: M, on name: String, answers: Int, seed: UInt64 = 1
) async throws -> Double where M.Problem == BoxConstrained, M.Point == Vector, M.Question == EvaluateAll<Vector> {
  let problem = try ProblemLibrary.problem(named: name)
  let known = try #require(problem.optimum.hypervolume)
  let form = try #require(problem.form(BoxConstrained.self))
  let oracle = try #require(problem.oracle as? any VectorOracle<Vector>)
  let run = try Run(form, by: method, asking: oracle, seed: seed)
  _ = try await run.finish(until: .answers(answers))
  let front = ObjectiveMatrix(run.report.front.map(\.outcomes.objectives))
  return Hypervolume.volume(of: front, reference: known.reference) / known.value
}

@Suite struct MethodTests {
  /// Two objectives, one hundred points: the best such set has 0.995 or so of the whole volume.
  @Test(arguments: ["zdt1", "zdt2", "zdt3", "zdt6"])
  func smsEmoaReachesTheFront(_ name: String) async throws {
    let found = try await share(SMSEMOA(), on: name, answers: 10_000)
    #expect(found > 0.985 && found <= 1, "\(found)")
  }

  @Test(arguments: ["dtlz2", "dtlz4", "dtlz5"])
  func smsEmoaCoversThreeObjectives(_ name: String) async throws {
    let found = try await share(SMSEMOA(), on: name, answers: 8_000)
    #expect(found > 0.9 && found <= 1, "\(found)")
  }

  @Test func theClassicalMethodsWorkAsWell() async throws {
    var nsga2 = NSGA2()
    nsga2.variation = .simulatedBinary
    let first = try await share(nsga2, on: "zdt1,n=10", answers: 10_000)
    #expect(first > 0.97 && first <= 1, "\(first)")
    var sms = SMSEMOA()
    (sms.growth, sms.offspring, sms.variation) = (0, 1, .simulatedBinary)
    let second = try await share(sms, on: "zdt1,n=10", answers: 10_000)
    #expect(second > 0.97 && second <= 1, "\(second)")
  }

  @Test func unboundedSidesAndAStart() async throws {
    let box = Box(lower: [-.infinity, 1, -.infinity], upper: [.infinity, .infinity, 3])
    let problem = BoxConstrained(box, start: [40, 2, -50])
    let run = try Run(problem, by: SMSEMOA(), asking: Distances(), seed: 3)
    let first = try #require(try run.ask())
    #expect(first.question.point == [40, 2, -50])
    _ = try await run.finish(until: .answers(4_000))
    #expect(run.report.front.count > 20)
    for point in run.report.front {
      #expect(box.violation(of: point.point) == 0)
      #expect(abs(point.point[1] - 1) < 0.1 && abs(point.point[2]) < 0.5)
    }
  }

  @Test func oneObjectiveIsAllowed() async throws {
    struct Sphere: VectorOracle {
      func outcomes(at x: Vector) -> Outcomes { Outcomes(objectives: [x.inner(x)]) }
    }
    let problem = BoxConstrained(Box(lower: [-1, -1], upper: [2, 2]))
    for entry in MultiObjectiveCatalog.entries {
      let run = try entry.open(
        RunRequest(problems: [problem], oracles: [Sphere() as any VectorOracle<Vector>], seed: 1))
      _ = try await run.finishErased(until: .answers(3_000), width: 1, delivery: .inOrder)
      let front = run.erasedReport.front
      #expect(front.count == 1 && front[0].outcomes.objectives[0] < 1e-3, "\(entry.card.name)")
    }
  }

  /// Objectives that fail at first, change their number, or never come: no crash, and a clear end.
  @Test func oddAnswers() async throws {
    struct Silent: VectorOracle {
      func outcomes(at x: Vector) -> Outcomes { Outcomes(objectives: []) }
    }
    struct Fickle: VectorOracle {
      func outcomes(at x: Vector) -> Outcomes {
        Outcomes(objectives: x[0] < 0 ? [x[0]] : [x[0], 1 - x[0]], constraints: [x[1] > 0.9 ? .nan : -1])
      }
    }
    let problem = BoxConstrained(Box(lower: [-1, 0], upper: [1, 1]))
    for entry in MultiObjectiveCatalog.entries {
      let silent = try entry.open(RunRequest(problems: [problem], oracles: [Silent() as any VectorOracle<Vector>]))
      let solution = try await silent.finishErased(until: .answers(100_000), width: 1, delivery: .inOrder)
      #expect(solution.report.claim == .failed && solution.progress.answers < 5_000, "\(entry.card.name)")
      #expect(solution.report.front.isEmpty)
      let fickle = try entry.open(RunRequest(problems: [problem], oracles: [Fickle() as any VectorOracle<Vector>]))
      _ = try await fickle.finishErased(until: .answers(2_000), width: 1, delivery: .inOrder)
      #expect(Set(fickle.erasedReport.front.map(\.outcomes.objectives.count)).count == 1)
    }
  }

  /// Distances to two places.
  struct Distances: VectorOracle {
    func outcomes(at x: Vector) -> Outcomes {
      let (a, b): (Vector, Vector) = ([0, 0, 0], [1, 0, 0])
      return Outcomes(objectives: [(x - a).norm, (x - b).norm])
    }
  }
}
