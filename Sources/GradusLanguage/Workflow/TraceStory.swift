// SPDX-License-Identifier: Apache-2.0
public import GradusTrace

/// A part of an execution as data: what happened, in order, by name. A saved trace, a prompt and a report show the same.
public struct TraceStory: Sendable, Codable, Hashable {
  /// What a line is in the story.
  public enum Role: String, Sendable, Codable {
    /// May be changed.
    case parameter
    /// Came from outside.
    case input
    case between, output
  }

  /// One value, and where it came from.
  public struct Line: Sendable, Codable, Hashable {
    /// Different from those of other lines.
    public var name: String
    public var operation: String
    /// Names of lines before this one.
    public var inputs: [String]
    public var type: String
    public var value: String
    public var role: Role
    /// Whether the value is the error of an operation.
    public var isError: Bool
  }

  public var lines: [Line]
  /// What was said about the output.
  public var feedback: String

  public init(lines: [Line] = [], feedback: String) {
    self.lines = lines
    self.feedback = feedback
  }

  /// The part of a trace that leads from the parameters, given by their nodes, to the output. Longer values are cut.
  public init(_ trace: Trace, from output: Int, parameters: Set<Int>, feedback: String, width: Int = 2000) {
    self.feedback = feedback
    let causes = trace.causes(of: output)
    var part = NodeSet(count: trace.count)
    part.insert(output)
    for node in parameters.sorted() {
      guard node < causes.count, let set = causes[node] else { continue }
      part.merge(set)
    }
    let parts = part.nodes
    var names = [String?](repeating: nil, count: trace.count)
    var used: [String: Int] = [:]
    lines = []
    lines.reserveCapacity(parts.count)
    for node in parts {
      let operation = trace.operation(of: node)
      let isRoot = trace.inputCount(of: node) == 0
      // The first value of an operation has its name and 0, as in mathematics x₀.
      let turn = Self.next(&used[operation, default: 0])
      let name = isRoot ? turn == 0 ? operation : "\(operation)_\(turn)" : operation + String(turn)
      names[node] = name
      let value = trace.value(of: node)
      let type = Self.type(of: value)
      let role: Role =
        parameters.contains(node) ? .parameter : node == output ? .output : isRoot ? .input : .between
      lines.append(
        Line(
          name: name, operation: operation,
          inputs: (0..<trace.inputCount(of: node)).map {
            let input = trace.input($0, of: node)
            return names[input] ?? trace.operation(of: input)
          },
          type: type, value: Self.text(of: value, width), role: role, isError: type == Self.errorType))
    }
  }

  private static let errorType = "error"

  private static func next(_ turn: inout Int) -> Int {
    defer { turn += 1 }
    return turn
  }

  private static func type(of value: (any Sendable)?) -> String {
    // Each question is a dynamic cast; most values are texts.
    switch value {
    case is String: "str"
    case let parameter as ParameterValue: parameter.type
    case is Double, is Float: "float"
    case is Int: "int"
    case is Bool: "bool"
    case is FailedValue: errorType
    case nil: "freed"
    case let value?: "\(Swift.type(of: value))"
    }
  }

  private static func text(of value: (any Sendable)?, _ width: Int) -> String {
    guard let value else { return "" }
    // Most values are texts, and most are short: neither is described nor counted.
    let text = value as? String ?? String(describing: value)
    return text.utf8.count > width && text.count > width ? text.prefix(width - 1) + "…" : text
  }
}
