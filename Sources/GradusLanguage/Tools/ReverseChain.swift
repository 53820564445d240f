// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusPrograms
public import GradusTrace

/// Plans the use of tools from the end: which tool gives the answer, then for each of its arguments a value or the tool that gives it.
///
///     call(need): tool, arguments = writer(query, tools, need);   argument = a value, or call("need.NAME")
///
/// Each call of a tool is one call of the model, and nothing is run: a baseline of `ToolPlanner`. A result that is used twice is made
/// twice.
///
/// Source: Zhang et al., "Reverse Chain: A Generic-Rule for LLMs to Master Multi-API Planning" (2023).
public struct ReverseChain: Sendable {
  public let shelf: ToolShelf
  /// Calls that a plan may have, and how deep they may lie in each other.
  public var limit: Int
  public let writer: Predictor

  /// Throws where two tools would have one name.
  public init(
    _ name: String = "chain", stubs: [ToolStub], most: Int = 8, limit: Int = 20
  ) throws(SignatureError) {
    shelf = try ToolShelf(stubs, most: most)
    self.limit = max(1, limit)
    writer = Predictor(
      name,
      try Signature(
        inputs: [.init("query"), .init("tools"), .init("need")],
        outputs: [.init("call", .json, purpose: "one call")],
        instruction: """
          Say which tool gives what is needed, as {"tool": "name", "arguments": {…}}. An argument is a value, or {"make": true} where \
          another tool has to give it. "answer" is what the query asks for, "answer.x" the argument x of the tool that gives it.
          """))
  }

  /// Of its predictor.
  public var parameters: [WorkflowParameter] {
    get throws(WorkflowError) { try writer.parameters }
  }

  /// Asks `model` once for each call of a tool.
  public func callAsFunction(
    _ query: Traced<String>, in run: WorkflowTrace, asking model: any ModelService
  ) async throws(WorkflowError) -> Traced<ToolPlan> {
    let (shown, tools) = shelf.shown(for: query, in: run)
    var said: [(need: String, node: Traced<Prediction>)] = []
    var open = ["answer"]
    while said.count < limit, let need = open.popLast() {
      let node = try await writer.predict(
        [("query", query), ("tools", tools), ("need", run.input("need", need))], in: run, asking: model)
      said.append((need, node))
      guard let call = try? node.value["call"] else { break }
      for member in call["arguments"]?.members ?? [] where member.value["make"]?.truth == true {
        open.append("\(need).\(member.name)")
      }
    }
    let isWhole = open.isEmpty
    return run.call("plan", said.map(\.node.id)) {
      guard isWhole else { throw PredictionFault("the plan has more than \(limit) calls") }
      var found: [String: JSONValue] = [:]
      for one in said { found[one.need] = try one.node.value["call"] }
      var calls: [JSONValue] = []
      _ = Self.place("answer", found, &calls)
      return try ToolPlan(json: .array(calls), reading: shown)
    }
  }

  /// The number of the call that gives what is needed, after those that it needs itself.
  private static func place(_ need: String, _ found: [String: JSONValue], _ calls: inout [JSONValue]) -> Int {
    guard let call = found[need] else { return -1 }
    var arguments: [JSONValue.Member] = []
    for member in call["arguments"]?.members ?? [] {
      let isMade = member.value["make"]?.truth == true
      let number = isMade ? place("\(need).\(member.name)", found, &calls) : 0
      arguments.append(.init(member.name, isMade ? ["result": .integer(number)] : member.value))
    }
    calls.append(["tool": call["tool"] ?? .null, "arguments": .object(arguments)])
    return calls.count - 1
  }
}
