// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// The part of JSON Schema that answers of language models are described with: `type`, `enum`, `const`, `properties`, `required`,
/// `additionalProperties` (false), `items`, `minItems`, `maxItems`, `minimum`, `maximum`, `minLength`, `maxLength`, `anyOf`.
///
/// Source: JSON Schema 2020-12, "Validation". Other words are passed over.
public struct JSONSchema: Sendable, Hashable {
  public let json: JSONValue

  public init(_ json: JSONValue) { self.json = json }

  /// What is wrong with a value, with its place, such as `$.steps[2].cost: a string where a number belongs`; nil when nothing is.
  public func fault(of value: JSONValue) -> String? { Self.fault(value, json, "$", depth: 0) }

  private static func fault(_ value: JSONValue, _ schema: JSONValue, _ place: String, depth: Int) -> String? {
    guard depth < 100, schema.members != nil else { return nil }
    if let fault = choice(value, schema, place, depth) ?? kind(value, schema, place) { return fault }
    switch value {
    case .object(let members): return object(members, schema, place, depth)
    case .array(let elements): return array(elements, schema, place, depth)
    case .string(let text):
      if let least = schema["minLength"]?.whole, text.count < least {
        return "\(place): shorter than \(least) characters"
      }
      if let most = schema["maxLength"]?.whole, text.count > most { return "\(place): longer than \(most) characters" }
    case .integer, .number:
      let number = value.double ?? .nan
      if let least = schema["minimum"]?.double, number < least { return "\(place): below \(least)" }
      if let most = schema["maximum"]?.double, number > most { return "\(place): above \(most)" }
    default: break
    }
    return nil
  }

  private static func choice(_ value: JSONValue, _ schema: JSONValue, _ place: String, _ depth: Int) -> String? {
    if let values = schema["enum"]?.elements, !values.contains(where: { isSame($0, value) }) {
      return "\(place): not one of \(values.map(\.description).joined(separator: ", "))"
    }
    if let only = schema["const"], !isSame(only, value) { return "\(place): not \(only.description)" }
    if let options = schema["anyOf"]?.elements, !options.isEmpty {
      let faults = options.map { fault(value, $0, place, depth: depth + 1) }
      if !faults.contains(nil) { return faults[0] }
    }
    return nil
  }

  private static func isSame(_ a: JSONValue, _ b: JSONValue) -> Bool {
    if a.text == nil, b.text == nil, let x = a.double, let y = b.double { return x == y }
    return a == b
  }

  private static func kind(_ value: JSONValue, _ schema: JSONValue, _ place: String) -> String? {
    let wanted = schema["type"]?.text.map { [$0] } ?? schema["type"]?.elements?.compactMap(\.text) ?? []
    guard !wanted.isEmpty, !wanted.contains(where: { isOf(value, $0) }) else { return nil }
    let names = wanted.map {
      $0 == "integer" ? "a whole number" : $0 == "array" || $0 == "object" ? "an \($0)" : "a \($0)"
    }
    return "\(place): \(value.kindName) where \(names.joined(separator: " or ")) belongs"
  }

  private static func isOf(_ value: JSONValue, _ type: String) -> Bool {
    switch (type, value) {
    case ("null", .null), ("boolean", .bool), ("number", .integer), ("number", .number), ("string", .string),
      ("array", .array), ("object", .object), ("integer", .integer):
      true
    case ("integer", .number(let number)): number == number.rounded()
    case ("null", _), ("boolean", _), ("number", _), ("string", _), ("array", _), ("object", _), ("integer", _): false
    default: true
    }
  }

  private static func object(
    _ members: [JSONValue.Member], _ schema: JSONValue, _ place: String, _ depth: Int
  ) -> String? {
    for name in schema["required"]?.elements?.compactMap(\.text) ?? []
    where !members.contains(where: { $0.name == name }) {
      return "\(place): '\(name)' is missing"
    }
    for member in members {
      if let inner = schema["properties"]?[member.name] {
        if let fault = fault(member.value, inner, "\(place).\(member.name)", depth: depth + 1) { return fault }
      } else if schema["additionalProperties"] == false {
        return "\(place): '\(member.name)' does not belong there"
      }
    }
    return nil
  }

  private static func array(_ elements: [JSONValue], _ schema: JSONValue, _ place: String, _ depth: Int) -> String? {
    if let least = schema["minItems"]?.whole, elements.count < least { return "\(place): fewer than \(least) elements" }
    if let most = schema["maxItems"]?.whole, elements.count > most { return "\(place): more than \(most) elements" }
    guard let inner = schema["items"] else { return nil }
    for (k, element) in elements.enumerated() {
      if let fault = fault(element, inner, "\(place)[\(k)]", depth: depth + 1) { return fault }
    }
    return nil
  }
}

extension ModelService {
  /// An answer that a schema describes. Servers that know how are held to it; an answer that does not keep to it is sent back with what
  /// is wrong, so that there are at most `attempts` calls in all. Throws what was wrong with the last one.
  public func structured(
    _ request: ModelRequest, _ schema: JSONSchema, attempts: Int = 3
  ) async throws(ModelFailure) -> (value: JSONValue, usage: TokenUsage) {
    var request = request
    request.form = .schema(schema.json)
    var usage = TokenUsage()
    var fault = ""
    for attempt in 0..<max(1, attempts) {
      let reply = try await reply(to: request)
      usage = usage + reply.usage
      let found = JSONFinder.object(in: reply.text)
      guard let value = found else {
        fault =
          reply.answers.first?.ending == .length ? "it was cut off at the limit of tokens" : "it holds no JSON object"
        request = request.repaired(reply.text, fault, attempt)
        continue
      }
      guard let wrong = schema.fault(of: value) else { return (value, usage) }
      fault = wrong
      request = request.repaired(reply.text, wrong, attempt)
    }
    throw .unreadable(service: name, cause: "the answer does not keep to its schema: \(ModelFailure.plain(fault))")
  }
}

extension ModelRequest {
  /// The same question, with the answer and what is wrong with it behind. Another seed, so that it is another question.
  fileprivate func repaired(_ answer: String, _ fault: String, _ attempt: Int) -> ModelRequest {
    var request = self
    request.seed = seed.map { $0 &+ attempt + 1 }
    let told =
      "Your answer cannot be used: \(fault). Answer again with one JSON object that keeps to the schema, and nothing else."
    switch content {
    case .chat(let messages): request.content = .chat(messages + [.assistant(answer), .user(told)])
    case .prompt(let text): request.content = .prompt("\(text)\(answer)\n\(told)\n")
    case .embedding: break
    }
    return request
  }
}
