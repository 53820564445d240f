// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// What goes into a call of a language model and what comes out, with types.
///
///     question, context: list[text] -> answer: float
///     review -> label: "good" | "bad" | "neither"
///
/// Source: Khattab et al., "DSPy: Compiling Declarative Language Model Calls into Self-Improving Pipelines" (2023), section 3.1.
public struct Signature: Sendable, Codable, Hashable, CustomStringConvertible {
  /// One value with its name.
  public struct Field: Sendable, Codable, Hashable {
    public var name: String
    public var type: FieldType
    /// What it is, for the model; empty where the name says enough.
    public var purpose: String

    public init(_ name: String, _ type: FieldType = .text, purpose: String = "") {
      self.name = name
      self.type = type
      self.purpose = purpose
    }

    /// The name as a label in a prompt: `first_name` is `First name`.
    var label: String {
      let words = name.map { $0 == "_" || $0 == "-" ? " " : String($0) }.joined()
      return words.prefix(1).uppercased() + words.dropFirst()
    }
  }

  public var inputs: [Field]
  public var outputs: [Field]
  /// What is to be done.
  public var instruction: String

  /// Fields that were made elsewhere. Throws where there is no output, or a name is there twice.
  public init(inputs: [Field], outputs: [Field], instruction: String? = nil) throws(SignatureError) {
    self.inputs = inputs
    self.outputs = outputs
    self.instruction = ""
    guard !outputs.isEmpty else {
      throw SignatureError("a signature without an output", expected: "question -> answer")
    }
    let names = (inputs + outputs).map(\.name)
    for name in names where names.count(where: { $0 == name }) > 1 {
      throw SignatureError("the field '\(name)' is there twice", expected: "another name")
    }
    self.instruction = instruction ?? usual
  }

  /// Reads `inputs -> outputs`. Throws what is wrong with it.
  public init(_ text: String, instruction: String? = nil) throws(SignatureError) {
    let sides = text.split(separator: "->", omittingEmptySubsequences: false)
    guard sides.count == 2 else {
      throw SignatureError(
        "'\(text.prefix(60))' has \(sides.count - 1) arrows", expected: "one, as in question -> answer")
    }
    try self.init(
      inputs: try Self.fields(String(sides[0])), outputs: try Self.fields(String(sides[1])), instruction: instruction)
  }

  private var usual: String {
    func list(_ fields: [Field]) -> String { fields.map(\.name).joined(separator: ", ") }
    return inputs.isEmpty ? "Give \(list(outputs))." : "Given \(list(inputs)), give \(list(outputs))."
  }

  /// Fields with commas between them, those in brackets and quotes apart.
  private static func fields(_ text: String) throws(SignatureError) -> [Field] {
    guard !text.trimmed.isEmpty else { return [] }
    var parts = [""]
    var depth = 0
    var quote: Character?
    for c in text {
      if let open = quote {
        if c == open { quote = nil }
      } else if c == "\"" || c == "'" {
        quote = c
      } else if c == "[" {
        depth += 1
      } else if c == "]" {
        depth -= 1
      } else if c == ",", depth == 0 {
        parts.append("")
        continue
      }
      parts[parts.count - 1].append(c)
    }
    guard quote == nil, depth == 0 else {
      throw SignatureError(
        "'\(text.trimmed.prefix(60))' has a quote or bracket without its end", expected: "both of them")
    }
    var fields: [Field] = []
    for part in parts {
      let sides = part.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(sides[0]).trimmed
      let isName = name.first.map { $0.isLetter || $0 == "_" } ?? false
      guard isName, name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else {
        throw SignatureError("'\(name.prefix(40))' is no name of a field", expected: "letters, digits and _")
      }
      fields.append(Field(name, sides.count == 2 ? try FieldType(String(sides[1])) : .text))
    }
    return fields
  }

  /// The fields as they are read by `init(_:)`.
  public var description: String {
    func list(_ fields: [Field]) -> String {
      fields.map { $0.type == .text ? $0.name : "\($0.name): \($0.type)" }.joined(separator: ", ")
    }
    return "\(list(inputs)) -> \(list(outputs))"
  }

  /// The same with a field in front of the outputs, in which the model thinks.
  public func withReasoning(_ name: String = "reasoning") -> Signature {
    guard !(inputs + outputs).contains(where: { $0.name == name }) else { return self }
    var copy = self
    copy.outputs.insert(Field(name, purpose: "think step by step"), at: 0)
    return copy
  }
}

/// A signature that cannot be read.
public struct SignatureError: Error, Sendable, Hashable, CustomStringConvertible {
  public var cause: String
  public var expected: String

  public init(_ cause: String, expected: String) {
    self.cause = cause
    self.expected = expected
  }

  public var description: String { "\(cause); expected \(expected)" }
}
