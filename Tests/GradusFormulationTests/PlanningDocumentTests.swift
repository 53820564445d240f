// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFormulation
import GradusNumerics
import Testing

@Suite struct PlanningDocumentTests {
  @Test func documentsAreReadBackAsTheyWere() throws {
    var stream = RandomStream(seed: 3)
    let steps = PlanningDocument.steps(PlanningExamples.gripper(balls: 2, &stream))
    #expect(try PlanningDocument(reading: steps.json.description) == steps)
    let choice = PlanningDocument.choice(PlanningExamples.allocation(robots: 2, tasks: 3, &stream))
    #expect(try PlanningDocument(reading: choice.json.description) == choice)
    let kept = try Coding.encode([steps, choice])
    #expect(try Coding.decode([PlanningDocument].self, from: kept) == [steps, choice])
  }

  /// Every mistake is one line with its place.
  @Test func mistakesAreNamedWithTheirPlace() throws {
    var stream = RandomStream(seed: 3)
    let right = PlanningExamples.gripper(balls: 2, &stream)
    func fault(_ change: (inout StripsProblem) -> Void) -> String {
      var wrong = right
      change(&wrong)
      do {
        _ = try PlanningDocument(json: PlanningDocument.steps(wrong).json)
        return "none"
      } catch {
        return "\(error)"
      }
    }
    #expect(fault { _ in } == "none")
    #expect(fault { $0.goal[0].name = "fly" }.hasPrefix("goal[0]: no predicate is called 'fly'"))
    #expect(fault { $0.goal[0].arguments[0] = "moon" }.hasPrefix("goal[0]: 'moon' in at(moon,"))
    #expect(fault { $0.goal[0].arguments.reverse() }.contains("is a room; expected a ball"))
    #expect(fault { $0.goal[0].arguments.removeLast() }.contains("1 arguments; expected 2"))
    #expect(fault { $0.goal = [] }.hasPrefix("goal: no fact"))
    #expect(fault { $0.actions[1].needs[0].arguments[0] = "z" }.hasPrefix("actions[1].needs[0]: 'z'"))
    #expect(fault { $0.objects.append($0.objects[0]) }.contains("'ball1' is there twice"))
    #expect(fault { $0.horizon = 0 }.contains("horizon"))
    #expect(fault { $0.actions[0].name = "" }.contains("actions[0].name"))
  }

  @Test(arguments: [
    "", "{", "[]", "{}", "{\"kind\": 3}", "{\"kind\": \"steps\"}", "{\"kind\": \"choice\", \"model\": 3}",
    "{\"kind\": \"choice\", \"model\": {\"minimize\": \"y\"}}", "{\"kind\": \"steps\", \"objects\": [1]}",
  ])
  func otherTextsAreRefusedInOneLine(_ text: String) {
    do {
      _ = try PlanningDocument(reading: text)
      Issue.record("it was read")
    } catch {
      #expect(error.description.contains("expected") && !error.description.contains("\n"))
    }
  }

  @Test func hugeProblemsAreRefused() {
    let objects = (0..<200).map { StripsProblem.Object("o\($0)", "t") }
    let parameters = (0..<5).map { StripsProblem.Object("p\($0)", "t") }
    let problem = StripsProblem(
      objects: objects, predicates: [.init("f", ["t"])],
      actions: [.init("a", parameters, needs: [], adds: [.init("f", ["p0"])])], initial: [], goal: [.init("f", ["o1"])])
    #expect(throws: PlanningError.self) { try PlanningCompiler(problem) }
    #expect(throws: PlanningError.self) { try PlanSearch(problem) }
  }
}
