// SPDX-License-Identifier: Apache-2.0
public import GradusPrograms

extension ToolPlan {
  /// Reads a plan from a program by running it on stubs: the calls that it makes are the plan. No tool is called.
  ///
  /// The program is one function `plan()` of `let`, assignments, calls and `return`. What a tool gives is passed on as it is: what is
  /// computed from it is known only when the tool is called. Throws what is wrong, with its line.
  public init(
    running program: String, on stubs: [ToolStub],
    limits: MiniLimits = MiniLimits(steps: 10_000, cells: 100_000, depth: 10)
  ) throws(PredictionFault) {
    let run: MiniExecution
    do {
      let parsed = try MiniProgram(parsing: program)
      guard parsed.functions.count == 1, parsed.functions[0].signature.hasPrefix("fn plan() ") else {
        throw PredictionFault("line 1: write one function, fn plan() -> Type")
      }
      try StraightLine(tools: Set(stubs.map(\.name))).check(parsed.functions[0])
      run = try MiniCode(parsed, tools: stubs.map(\.miniTool)).run("plan", limits: limits)
    } catch let fault as PredictionFault { throw fault } catch { throw PredictionFault("\(error)") }
    if let fault = run.fault { throw PredictionFault("\(fault)") }
    guard !run.calls.isEmpty else { throw PredictionFault("line 1: no tool is called") }
    calls = run.calls.map { call in
      let stub = stubs.first { $0.name == call.tool }
      return Call(
        stub?.tool ?? call.tool, zip(stub?.parameters ?? [], call.arguments).map { Argument($0.name, $1) })
    }
  }

  /// As a program that makes these calls, one a line; nil for a plan that does not fit the stubs.
  public func program(on stubs: [ToolStub]) -> String? {
    guard !calls.isEmpty, fault(with: stubs) == nil,
      let last = stubs.first(where: { $0.tool == calls[calls.count - 1].tool })
    else { return nil }
    let lines = calls.enumerated().map { k, call in
      let arguments = call.arguments.map { argument in
        switch argument.value {
        case .literal(let value): value.description
        case .result(let number): "r\(number)"
        }
      }
      return "  let r\(k) = \(MiniName.from(call.tool))(\(arguments.joined(separator: ", ")))"
    }
    return "fn plan() -> \(last.result) {\n\(lines.joined(separator: "\n"))\n  return r\(calls.count - 1)\n}"
  }
}

/// Whether a function is nothing but calls one after the other, whose arguments are known without calling them, or results as they are.
private struct StraightLine {
  let tools: Set<String>

  func check(_ function: MiniFunction) throws(PredictionFault) {
    // Variables that hold what a tool gave.
    var results: Set<String> = []
    for statement in function.body {
      switch statement.form {
      case .declare(let name, _, let value), .assign(let name, let value):
        if try isResult(value, results) { results.insert(name) } else { results.remove(name) }
      case .give(let value), .call(let value): _ = try isResult(value, results)
      default:
        throw PredictionFault(
          "line \(statement.place.line): a plan is one call after the other; use let, assignments, calls and return alone"
        )
      }
    }
  }

  /// Whether the value is what a tool gives; throws where it is computed from that.
  private func isResult(_ term: MiniTerm, _ results: Set<String>) throws(PredictionFault) -> Bool {
    switch term.form {
    case .variable(let name): return results.contains(name)
    case .call(let name, let arguments) where tools.contains(name):
      for argument in arguments { _ = try isResult(argument, results) }
      return true
    default:
      guard term.calls.allSatisfy({ !tools.contains($0) }), results.isDisjoint(with: term.variables) else {
        throw PredictionFault(
          "line \(term.place.line): '\(term)' is computed from what a tool gives, which nobody knows yet; pass results as they are"
        )
      }
      return false
    }
  }
}
