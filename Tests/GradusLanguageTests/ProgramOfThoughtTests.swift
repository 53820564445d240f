// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusPrograms
import GradusTrace
import Synchronization
import Testing

@Suite struct ProgramOfThoughtTests {
  private static func run(_ parameters: [WorkflowParameter]) -> WorkflowTrace {
    WorkflowTrace(LanguageProgram(parameters).start)
  }

  @Test func theProgramComputesWhatTheModelCannot() async throws {
    let module = try ProgramOfThought(
      "solve", try Signature("numbers: list[int], name -> sum_of_squares: int, greeting"))
    let run = Self.run(try module.parameters)
    let model = ScriptedModel { prompt, _ in
      #expect(prompt.contains("fn sum_of_squares(numbers: [Int], name: String) -> Int\nfn greeting("))
      return """
        Program:
        ```
        fn square(x: Int) -> Int { return x * x }
        fn sum_of_squares(numbers: [Int], name: String) -> Int {
          let total = 0
          for x in numbers { total = total + square(x) }
          return total
        }
        fn greeting(numbers: [Int], name: String) -> String { return "Hi " + name }
        ```
        """
    }
    let found = try await module(
      ["numbers": run.input("numbers", "[3, 4, 12]"), "name": run.input("name", "Ada: \"x\"")], in: run, asking: model)
    #expect(try found.value["sum_of_squares"] == 169)
    #expect(try found.value["greeting"] == "Hi Ada: \"x\"")
    #expect(try found.value.usage.total > 0 && run.requests == 1)
  }

  /// One error of each kind, each shown with the program that had it.
  @Test func errorsAreShownAndMended() async throws {
    let module = try ProgramOfThought(
      "judge", try Signature("x: float -> half: float, size: \"small\" | \"large\""), attempts: 6)
    let run = Self.run(try module.parameters)
    let seen = Mutex<[String]>([])
    func program(_ half: String, _ size: String) -> String {
      "fn half(x: Float) -> Float { \(half) }\nfn size(x: Float) -> String { return \(size) }"
    }
    let attempts = [
      "half is 3.5", program("return x / 2", "\"small\""), program("while true { } return x", "\"small\""),
      program("return x / 0.0", "\"small\""), program("return x / 2.0", "\"huge\""),
      program("return x / 2.0", "\"small\""),
    ]
    let model = ScriptedModel { prompt, _ in
      let error = JSONFinder.tagged("error", in: prompt) ?? ""
      return seen.withLock {
        $0.append(error)
        return attempts[$0.count - 1]
      }
    }
    let found = try await module(["x": run.input("x", "7")], in: run, asking: model)
    #expect(try found.value["half"] == 3.5 && found.value["size"] == "small")
    #expect(
      seen.withLock { $0 } == [
        "", "line 1, column 1: found 'half'; here stands a function, which begins with 'fn'",
        "line 1, column 41: found an Int, expected a Float; write 1.0 for 1, or float(…)",
        "half: line 1: more than 100000 steps; does it end? else raise the limit",
        "half gives inf, which is not a number",
        "size gives \"huge\", which is not one of small, large",
      ])
  }

  @Test func whatIsNeverMendedIsTheLastError() async throws {
    let module = try ProgramOfThought("solve", try Signature("x: int -> y: int"), attempts: 2)
    let run = Self.run(try module.parameters)
    let model = ScriptedModel { _, _ in "fn z(x: Int) -> Int { return x }" }
    let found = try await module(["x": run.input("x", "7")], in: run, asking: model)
    #expect { try found.value } throws: { "\($0)".contains("there is no fn y(x: Int) -> Int") }
    #expect(run.requests == 2)
    // An input that is none asks nobody.
    let other = try await module(["x": run.input("x", "many")], in: run, asking: model)
    #expect { try other.value } throws: { "\($0)".contains("the input 'x' is not a whole number: 'many'") }
    #expect(run.requests == 2)
    await #expect(throws: WorkflowError.self) {
      _ = try await module(["z": run.input("x", "7")], in: run, asking: model)
    }
  }

  /// Names that the language uses itself, and types that it does not have.
  @Test func fieldsBecomeNames() async throws {
    let module = try ProgramOfThought("solve", try Signature("let: int -> sum: int"))
    let run = Self.run(try module.parameters)
    let model = ScriptedModel { _, _ in "fn sum_(let_: Int) -> Int { return let_ + 1 }" }
    #expect(try await module(["let": run.input("let", "7")], in: run, asking: model).value["sum"] == 8)
    #expect { try ProgramOfThought("solve", Signature("x: json -> y")) } throws: {
      "\($0)" == "the field 'x' is json; expected text, int, float, bool, a choice, or a list of them"
    }
    #expect { try ProgramOfThought("solve", Signature("é -> ö")) } throws: { "\($0)".contains("'_' in a program") }
  }

  /// Nothing that a model says is run outside of the MiniVM, or for long.
  @Test(arguments: [
    "", "import os; os.system('true')", "fn y(x: Int) -> Int { return y(x) }",
    "fn y(x: Int) -> Int { return open(\"/etc/passwd\") }",
    "fn y(x: Int) -> Int { let a = [1]\n while true { a = a + a } return 1 }", String(repeating: "(", count: 100_000),
    "fn y(x: Int) -> Int { return 9223372036854775807 + x }", "fn y(x: Int) -> Float { return 1.0 }",
  ]) func anyModelIsSurvived(answer: String) async throws {
    let module = try ProgramOfThought("solve", try Signature("x: int -> y: int"))
    let run = Self.run(try module.parameters)
    let found = try await module(["x": run.input("x", "7")], in: run, asking: ScriptedModel { _, _ in answer })
    #expect(throws: (any Error).self) { try found.value }
    #expect(run.requests == 3)
  }

  /// Prompt methods change its instruction as that of any call.
  @Test func theInstructionIsAParameter() async throws {
    let module = try ProgramOfThought("solve", try Signature("x: int -> y: int"))
    var start = LanguageProgram(try module.parameters).start
    start["solve.instruction"] = .text("Double it.")
    let run = WorkflowTrace(start)
    let model = ScriptedModel { prompt, _ in
      "fn y(x: Int) -> Int { return \(prompt.contains("Double it.") ? 2 : 3) * x }"
    }
    #expect(try await module(["x": run.input("x", "7")], in: run, asking: model).value["y"] == 14)
    #expect(run.calls.map(\.predictor) == ["solve"])
  }
}
