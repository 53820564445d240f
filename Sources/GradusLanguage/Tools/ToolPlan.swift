// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusPrograms

/// Calls of tools in their order; an argument is a value, or the result of an earlier call.
///
///     [{"tool": "flights", "arguments": {"from": "Rome", "to": "Oslo"}}, {"tool": "fare", "arguments": {"flight": {"result": 0}}}]
public struct ToolPlan: Sendable, Codable, Hashable, CustomStringConvertible {
  /// A named argument.
  public struct Argument: Sendable, Codable, Hashable {
    public var name: String
    public var value: ToolCall.Argument

    public init(_ name: String, _ value: ToolCall.Argument) {
      self.name = name
      self.value = value
    }
  }

  /// One call of a tool.
  public struct Call: Sendable, Codable, Hashable {
    /// The tool's own name.
    public var tool: String
    public var arguments: [Argument]

    public init(_ tool: String, _ arguments: [Argument]) {
      self.tool = tool
      self.arguments = arguments
    }
  }

  public var calls: [Call]

  public init(_ calls: [Call]) { self.calls = calls }

  /// As JSON on one line.
  public var description: String { json.description }

  // MARK: As JSON

  /// One object a call.
  public var json: JSONValue {
    .array(
      calls.map { call in
        [
          "tool": .string(call.tool),
          "arguments": .object(
            call.arguments.map { argument in
              switch argument.value {
              case .literal(let value): JSONValue.Member(argument.name, value.json)
              case .result(let number): JSONValue.Member(argument.name, ["result": .integer(number)])
              }
            }),
        ]
      })
  }

  /// Reads calls as they were written: names, numbers of arguments and types are not checked, but values are taken as what the stub
  /// of their tool asks for where they can be. Throws where the form is another.
  public init(json: JSONValue, reading stubs: [ToolStub] = []) throws(PredictionFault) {
    guard let elements = json.elements else { throw PredictionFault("this is no list of calls") }
    calls = []
    for (k, element) in elements.enumerated() {
      guard let tool = element["tool"]?.text, let members = element["arguments"]?.members else {
        throw PredictionFault("call \(k): it has no 'tool' and 'arguments'")
      }
      let stub = stubs.first { $0.tool == tool }
      var arguments: [Argument] = []
      for member in members {
        if let number = member.value["result"]?.whole, member.value.members?.count == 1 {
          arguments.append(Argument(member.name, .result(of: number)))
        } else if let value = Self.value(member.value, stub?.parameters.first { $0.name == member.name }?.type) {
          arguments.append(Argument(member.name, .literal(value)))
        } else {
          throw PredictionFault(
            "call \(k): '\(member.name)' is no value; give a number, a text, a list or {\"result\": 0}")
        }
      }
      // Objects have no order; calls have that of the signature.
      if let names = stub?.parameters.map(\.name), Set(names) == Set(arguments.map(\.name)) {
        arguments = names.compactMap { name in arguments.first { $0.name == name } }
      }
      calls.append(Call(tool, arguments))
    }
  }

  private static func value(_ json: JSONValue, _ type: MiniType?) -> MiniValue? {
    if let type, let value = MiniValue(json: json, as: type) { return value }
    switch json {
    case .integer(let value): return .int(value)
    case .number(let value): return .float(value)
    case .string(let value): return .string(value)
    case .bool(let value): return .bool(value)
    case .array(let items):
      let values = items.compactMap { value($0, type?.element) }
      return values.count == items.count ? .list(values) : nil
    default: return nil
    }
  }

  // MARK: Checks

  /// What is wrong with the first call that cannot be carried out; nil where all can. Tools are known by stubs.
  public func fault(with stubs: [ToolStub]) -> PredictionFault? {
    var results: [MiniType] = []
    for (k, call) in calls.enumerated() {
      guard let stub = stubs.first(where: { $0.tool == call.tool }) else {
        let near = nearest(to: call.tool, among: stubs.map(\.tool)).map { "; did you mean '\($0)'?" } ?? ""
        return PredictionFault("call \(k): there is no tool '\(call.tool)'\(near)")
      }
      guard call.arguments.map(\.name) == stub.parameters.map(\.name) else {
        let names = stub.parameters.map(\.name).joined(separator: ", ")
        return PredictionFault("call \(k): '\(call.tool)' takes (\(names))")
      }
      for (argument, parameter) in zip(call.arguments, stub.parameters) {
        let fits: Bool
        switch argument.value {
        case .literal(let value): fits = value.has(parameter.type)
        case .result(let number): fits = results.indices.contains(number) && results[number] == parameter.type
        }
        guard fits else { return PredictionFault("call \(k): '\(argument.name)' is not a \(parameter.type)") }
      }
      results.append(stub.result)
    }
    return nil
  }

  /// The same calls in the order in which the last one needs them, then those that it does not need. Two plans that differ in nothing
  /// but the order of independent calls are equal so.
  public var normalized: ToolPlan {
    var places: [Int: Int] = [:]
    var ordered: [Call] = []
    var seen: Set<Int> = []
    // A call waits here until those that it needs are placed.
    var waiting: [(number: Int, argument: Int)] = []
    for start in calls.indices.reversed() where seen.insert(start).inserted {
      waiting = [(start, 0)]
      while let (number, argument) = waiting.popLast() {
        var call = calls[number]
        guard call.arguments.indices.contains(argument) else {
          for k in call.arguments.indices {
            guard case .result(let other) = call.arguments[k].value else { continue }
            call.arguments[k].value = .result(of: places[other] ?? -1)
          }
          places[number] = ordered.count
          ordered.append(call)
          continue
        }
        waiting.append((number, argument + 1))
        if case .result(let other) = call.arguments[argument].value, calls.indices.contains(other),
          seen.insert(other).inserted
        {
          waiting.append((other, 0))
        }
      }
    }
    return ToolPlan(ordered)
  }

  /// Calls the tools themselves, for whoever has read the plan and wants it done. Throws what the first tool that fails throws, or what
  /// is wrong with the plan.
  public func carryOut(with tools: [MiniTool]) throws -> [MiniValue] {
    var results: [MiniValue] = []
    for (k, call) in calls.enumerated() {
      guard let tool = tools.first(where: { $0.name == call.tool }), tool.parameters.count == call.arguments.count
      else {
        throw PredictionFault("call \(k): there is no tool '\(call.tool)' with \(call.arguments.count) arguments")
      }
      var values: [MiniValue] = []
      for (argument, parameter) in zip(call.arguments, tool.parameters) {
        let value: MiniValue?
        switch argument.value {
        case .literal(let given): value = given
        case .result(let number): value = results.indices.contains(number) ? results[number] : nil
        }
        guard let value, value.has(parameter.type) else {
          throw PredictionFault("call \(k): '\(argument.name)' is not a \(parameter.type)")
        }
        values.append(value)
      }
      results.append(try tool.answer(values))
    }
    return results
  }
}
