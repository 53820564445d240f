// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import GradusPrograms

/// A double that plans the use of tools for known queries, with a stated rate of errors, and writes stubs.
///
///     each call that it writes has, with `rate`, one error: a wrong name, an argument too few or too many, an argument of another type
///
/// It writes a program, a list of calls, one call of a reverse chain or a stub, as the prompt asks. Shown an earlier attempt and its
/// error, it writes the call that the error names again – with the same rate of errors – and leaves the others as they stand there. A
/// tool that it is not shown it cannot name. The same request has the same answer. Of language models it proves nothing.
public struct SimulatedPlanner: ModelService {
  /// A query, and what is to be done.
  public struct Item: Sendable, Hashable {
    public var query: String
    public var plan: ToolPlan

    public init(_ query: String, _ plan: ToolPlan) {
      self.query = query
      self.plan = plan
    }
  }

  public var items: [Item]
  /// The right stubs.
  public var stubs: [ToolStub]
  public var rate: Double
  public let seed: UInt64
  public var name: String { "simulated planner:\(seed)" }
  public var abilities: ModelAbilities { [.prompts, .seeds] }

  public init(_ items: [Item], stubs: [ToolStub], rate: Double = 0.3, seed: UInt64) {
    self.items = items
    self.stubs = stubs
    self.rate = rate
    self.seed = seed
  }

  public func reply(
    to request: ModelRequest, hearing listener: ModelListener?
  ) async throws(ModelFailure) -> ModelReply {
    let prompt = request.prompt
    return try ModelReply.double(request, hearing: listener) { k in
      var stream = request.draws(seed: seed, answer: k)
      return answer(prompt, &stream)
    }
  }

  private func answer(_ prompt: String, _ stream: inout RandomStream) -> String {
    if prompt.contains("\nStub: <") { return stub(Self.line("Name", in: prompt), &stream) }
    let query = Self.line("Query", in: prompt)
    guard let item = items.first(where: { $0.query == query }) else { return "I do not know." }
    if prompt.contains("\nCall: <") { return link(item.plan, Self.line("Need", in: prompt), prompt, &stream) }
    let isProgram = prompt.contains("\nProgram: <")
    let code = JSONFinder.tagged("code", in: prompt)?.trimmed
    let error = JSONFinder.tagged("error", in: prompt) ?? ""
    guard let code,
      let wrong = isProgram ? Self.number("line ", in: error).map({ $0 - 2 }) : Self.number("call ", in: error),
      item.plan.calls.indices.contains(wrong)
    else {
      let calls = item.plan.calls.indices.map { written(item.plan, $0, isProgram, prompt, &stream) }
      return whole(item.plan, calls, isProgram)
    }
    var lines = code.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.count == item.plan.calls.count + (isProgram ? 3 : 2) else { return code }
    let isLast = wrong == item.plan.calls.count - 1
    lines[wrong + 1] = written(item.plan, wrong, isProgram, prompt, &stream) + (isProgram || isLast ? "" : ",")
    return lines.joined(separator: "\n")
  }

  private func whole(_ plan: ToolPlan, _ calls: [String], _ isProgram: Bool) -> String {
    guard isProgram else { return "[\n\(calls.joined(separator: ",\n"))\n]" }
    let result = stubs.first { $0.tool == plan.calls.last?.tool }?.result ?? .int
    return "fn plan() -> \(result) {\n\(calls.joined(separator: "\n"))\n  return r\(calls.count - 1)\n}"
  }

  /// One call of the plan, with an error where chance has one.
  private func written(
    _ plan: ToolPlan, _ k: Int, _ isProgram: Bool, _ prompt: String, _ stream: inout RandomStream
  ) -> String {
    let call = attempted(plan.calls[k], prompt, &stream)
    guard isProgram else { return ToolPlan([call]).json.elements?.first?.description ?? "" }
    let arguments = call.arguments.map { argument in
      switch argument.value {
      case .literal(let value): value.description
      case .result(let number): "r\(number)"
      }
    }
    return "  let r\(k) = \(MiniName.from(call.tool))(\(arguments.joined(separator: ", ")))"
  }

  /// The call that makes what a reverse chain needs: arguments that other calls make are marked.
  private func link(_ plan: ToolPlan, _ need: String, _ prompt: String, _ stream: inout RandomStream) -> String {
    var number = plan.calls.count - 1
    for name in need.split(separator: ".").dropFirst() {
      guard plan.calls.indices.contains(number),
        case .result(let next)? = plan.calls[number].arguments.first(where: { $0.name == name })?.value
      else { return "{}" }
      number = next
    }
    guard plan.calls.indices.contains(number) else { return "{}" }
    let call = attempted(plan.calls[number], prompt, &stream)
    let members = call.arguments.map { argument in
      switch argument.value {
      case .literal(let value): JSONValue.Member(argument.name, value.json)
      case .result: JSONValue.Member(argument.name, ["make": true])
      }
    }
    let json: JSONValue = ["tool": .string(call.tool), "arguments": .object(members)]
    return json.description
  }

  private func attempted(_ call: ToolPlan.Call, _ prompt: String, _ stream: inout RandomStream) -> ToolPlan.Call {
    var wrong = call
    let isShown = prompt.contains("fn \(MiniName.from(call.tool))(")
    let isRight = stream.uniform() >= rate
    let kind = isShown ? stream.integer(below: 3) : 0
    if isRight, isShown { return call }
    switch kind {
    case 0: wrong.tool += "_now"
    case 1 where stream.integer(below: 2) == 0 && !call.arguments.isEmpty: wrong.arguments.removeLast()
    case 2 where !call.arguments.isEmpty:
      let place = stream.integer(below: call.arguments.count)
      let type = stubs.first { $0.tool == call.tool }?.parameters[place].type
      wrong.arguments[place].value = .literal(type == .string ? .int(7) : .string("many"))
    default: wrong.arguments.append(.init("more", .literal(.bool(true))))
    }
    return wrong
  }

  /// The right stub, or one with an error: a brace too few, a value of another type, another name.
  private func stub(_ name: String, _ stream: inout RandomStream) -> String {
    guard let found = stubs.first(where: { $0.name == name }) else { return "I do not know." }
    let right = stream.uniform() >= rate
    let kind = right ? 3 : stream.integer(below: 3)
    let value = kind == 1 ? (found.result == .string ? "7" : "\"text\"") : found.answer.description
    let signature = kind == 2 ? found.signature.replacing("fn ", with: "fn my_") : found.signature
    return "\(signature) {\n  return \(value)\n\(kind == 0 ? "" : "}")"
  }

  /// What stands behind a label on its line, the last time.
  private static func line(_ label: String, in prompt: String) -> String {
    prompt.split(separator: "\n").last { $0.hasPrefix("\(label): ") }.map { String($0.dropFirst(label.count + 2)) }
      ?? ""
  }

  private static func number(_ word: String, in text: String) -> Int? {
    guard text.hasPrefix(word) else { return nil }
    return Int(text.dropFirst(word.count).prefix { $0.isNumber })
  }
}
