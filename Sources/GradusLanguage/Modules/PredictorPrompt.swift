// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// What a language model is shown of a signature, and what is read out of its answer.
///
///     instruction
///     the form of the answer, unless it is one text
///     demonstrations, as an earlier conversation
///     Question: …          the inputs, each behind its label
///     Answer:              for a model that goes on with a text
///
/// An answer is read by its labels at the beginning of lines; without any, the whole of it is the only output, or it is a JSON object
/// of all of them.
public struct PredictorPrompt: Sendable {
  public var signature: Signature
  public var instruction: String
  public var demonstrations: [Demonstration]

  public init(_ signature: Signature, instruction: String? = nil, demonstrations: [Demonstration] = []) {
    self.signature = signature
    self.instruction = instruction ?? signature.instruction
    self.demonstrations = demonstrations
  }

  /// As a conversation.
  public func messages(_ inputs: [String: String]) -> [ChatMessage] {
    var messages = [ChatMessage.system(([instruction] + form).joined(separator: "\n"))]
    for one in demonstrations {
      messages += [
        .user(lines(signature.inputs, one.values)), .assistant(lines(signature.outputs, one.values)),
      ]
    }
    return messages + [.user(lines(signature.inputs, inputs))]
  }

  /// As a text to go on with.
  public func text(_ inputs: [String: String]) -> String {
    let shown = demonstrations.map {
      "\(lines(signature.inputs, $0.values))\n\(lines(signature.outputs, $0.values))\n\n"
    }
    let head = ([instruction] + form).joined(separator: "\n") + "\n\n"
    return head + shown.joined() + lines(signature.inputs, inputs) + "\n\(signature.outputs[0].label):"
  }

  /// Nothing where the answer is one text without more to say of it.
  private var form: [String] {
    let only = signature.outputs.count == 1 ? signature.outputs[0] : nil
    if let only, only.type == .text, only.purpose.isEmpty { return [] }
    return ["Answer in this form:"]
      + signature.outputs.map { field in
        let told = [field.type == .text ? "" : field.type.hint, field.purpose].filter { !$0.isEmpty }
        return "\(field.label): <\(told.isEmpty ? "text" : told.joined(separator: ", "))>"
      }
  }

  private func lines(_ fields: [Signature.Field], _ values: [String: String]) -> String {
    fields.compactMap { field in values[field.name].map { "\(field.label): \($0)" } }.joined(separator: "\n")
  }

  // MARK: Answers

  /// The outputs in an answer, or what is missing.
  public func read(_ answer: String) throws(PredictionFault) -> [String: JSONValue] {
    let texts = self.texts(in: answer)
    var found: [String: JSONValue] = [:]
    for field in signature.outputs {
      guard let text = texts[field.name] else { throw PredictionFault("there is no line '\(field.label): …'") }
      guard let value = field.type.value(in: text) else {
        throw PredictionFault("'\(field.label)' is not \(field.type.hint): '\(ModelFailure.plain(text))'")
      }
      found[field.name] = value
    }
    return found
  }

  private func texts(in answer: String) -> [String: String] {
    var found: [String: String] = [:]
    var open: String?
    let outputs = signature.outputs.map { (name: $0.name, label: $0.label.lowercased()) }
    let inputs = signature.inputs.map { (name: "", label: $0.label.lowercased()) }
    for line in answer.split(separator: "\n", omittingEmptySubsequences: false) {
      if let (name, rest) = Self.label(of: line, among: outputs + inputs) {
        // A model that goes on with the next question has ended its answer.
        if name.isEmpty {
          if !found.isEmpty { break }
          continue
        }
        // Of several the last, as in JSON.
        open = name
        found[name] = rest
      } else if let name = open {
        found[name, default: ""] += "\n" + line
      }
    }
    if !found.isEmpty {
      // A model that was led to the first label does not repeat it.
      let first = signature.outputs[0].name
      if found[first] == nil, let head = Self.head(of: answer, before: outputs), !head.isEmpty { found[first] = head }
      return found
    }
    if let object = JSONFinder.object(in: answer), let members = object.members {
      for member in members where signature.outputs.contains(where: { $0.name == member.name }) {
        found[member.name] = member.value.text ?? member.value.description
      }
      if !found.isEmpty { return found }
    }
    return signature.outputs.count == 1 ? [signature.outputs[0].name: answer] : [:]
  }

  private static func head(of answer: String, before labels: [(name: String, label: String)]) -> String? {
    var lines: [Substring] = []
    for line in answer.split(separator: "\n", omittingEmptySubsequences: false) {
      if label(of: line, among: labels) != nil { return lines.joined(separator: "\n").trimmed }
      lines.append(line)
    }
    return nil
  }

  /// The field whose label a line begins with, and what stands behind it. Marks of emphasis around a label are passed over.
  private static func label(
    of line: Substring, among labels: [(name: String, label: String)]
  ) -> (name: String, rest: String)? {
    let isMark: (Character) -> Bool = { $0 == "*" || $0 == "#" || $0 == "_" || $0 == " " || $0 == "\t" }
    let plain = line.drop(while: isMark)
    guard let colon = plain.firstIndex(of: ":"), plain.distance(from: plain.startIndex, to: colon) < 80 else {
      return nil
    }
    var head = plain[..<colon]
    while let last = head.last, isMark(last) { head.removeLast() }
    let word = head.lowercased()
    guard let found = labels.first(where: { $0.label == word || $0.name == word }) else { return nil }
    return (found.name, String(plain[plain.index(after: colon)...].drop(while: isMark)))
  }
}

/// An answer that does not have its form.
public struct PredictionFault: Error, Sendable, Hashable, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}
