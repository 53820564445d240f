// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusLanguage
public import GradusModeling

/// A request as typed JSON: either steps in time, or numbers to choose at once.
///
///     {"kind": "steps",  "objects": [{"name": "a", "type": "block"}],
///      "predicates": [{"name": "on", "parameters": ["block", "block"]}],
///      "actions": [{"name": "stack", "parameters": [{"name": "x", "type": "block"}],
///                   "needs": ["clear(x)"], "adds": […], "deletes": […]}],
///      "initial": ["on(a,b)"], "goal": ["on(b,a)"], "horizon": 20}
///     {"kind": "choice", "model": { … a five-element model … }}
///
/// It is encoded as its text, so that whatever is decoded has been read as strictly as any other.
///
/// Source: Hao, Zhang and Fan, "Planning Anything with Rigor: General-Purpose Zero-Shot Planning with LLM-based Formalized
/// Programming" (2024), section 3.2.
public enum PlanningDocument: Sendable, Hashable, Codable {
  case steps(StripsProblem)
  case choice(FiveElementStatement)

  /// Reads the document in a text. Throws one line: where, why, what would be right. Cost: linear in the text.
  public init(reading text: String) throws(PlanningError) {
    guard text.utf8.count <= 4 << 20 else {
      throw PlanningError("$", "\(text.utf8.count) bytes", expected: "at most 4 MiB")
    }
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONValue(parsing: text, depth: 100)
    } catch {
      throw PlanningError("$", "\(error)", expected: "one JSON object")
    }
    try self.init(json: json)
  }

  /// The document that a JSON value is. Throws one line.
  public init(json: JSONValue) throws(PlanningError) {
    switch json["kind"]?.text {
    case "steps":
      if let fault = Self.stepsSchema.fault(of: json) { throw Self.error(fault) }
      let problem = try Self.problem(json)
      try problem.check()
      self = .steps(problem)
    case "choice":
      if let fault = Self.choiceSchema.fault(of: json) { throw Self.error(fault) }
      let text = (json["model"] ?? .null).description
      do throws(ReadError) {
        self = .choice(try FiveElementStatement(reading: text, notation: .json, path: "$.model"))
      } catch {
        throw PlanningError("$.model", error.cause, expected: error.expected)
      }
    default:
      throw PlanningError("$.kind", json["kind"]?.description ?? "nothing", expected: "\"steps\" or \"choice\"")
    }
  }

  private static func error(_ fault: String) -> PlanningError {
    let parts = fault.split(separator: ": ", maxSplits: 1).map(String.init)
    return PlanningError(
      parts.count == 2 ? parts[0] : "$", parts.last ?? fault, expected: "the form of a planning document")
  }

  /// As `init(json:)` reads it.
  public var json: JSONValue {
    switch self {
    case .choice(let statement):
      let model = (try? JSONValue(parsing: statement.text(.json))) ?? .null
      return ["kind": "choice", "model": model]
    case .steps(let problem):
      func atoms(_ atoms: [StripsProblem.Atom]) -> JSONValue { JSONValue(strings: atoms.map(\.description)) }
      func objects(_ objects: [StripsProblem.Object]) -> JSONValue {
        .array(objects.map { ["name": .string($0.name), "type": .string($0.type)] })
      }
      return [
        "kind": "steps", "objects": objects(problem.objects),
        "predicates": .array(
          problem.predicates.map { ["name": .string($0.name), "parameters": JSONValue(strings: $0.parameters)] }),
        "actions": .array(
          problem.actions.map {
            [
              "name": .string($0.name), "parameters": objects($0.parameters), "needs": atoms($0.needs),
              "adds": atoms($0.adds), "deletes": atoms($0.deletes),
            ]
          }),
        "initial": atoms(problem.initial), "goal": atoms(problem.goal), "horizon": .integer(problem.horizon),
      ]
    }
  }

  public init(from decoder: any Decoder) throws {
    try self.init(reading: try decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(json.description)
  }

  // MARK: Reading

  private static func atoms(_ json: JSONValue?, _ place: String) throws(PlanningError) -> [StripsProblem.Atom] {
    var found: [StripsProblem.Atom] = []
    for (k, element) in (json?.elements ?? []).enumerated() {
      guard let text = element.text, let atom = StripsProblem.Atom(reading: text) else {
        throw PlanningError("\(place)[\(k)]", "\(element.description.prefix(60)) is no fact", expected: "as on(a,b)")
      }
      found.append(atom)
    }
    return found
  }

  private static func objects(_ json: JSONValue?) -> [StripsProblem.Object] {
    (json?.elements ?? []).map { .init($0["name"]?.text ?? "", $0["type"]?.text ?? "") }
  }

  private static func problem(_ json: JSONValue) throws(PlanningError) -> StripsProblem {
    var actions: [StripsProblem.Schema] = []
    for (k, element) in (json["actions"]?.elements ?? []).enumerated() {
      let place = "actions[\(k)]"
      actions.append(
        StripsProblem.Schema(
          element["name"]?.text ?? "", objects(element["parameters"]),
          needs: try atoms(element["needs"], "\(place).needs"),
          adds: try atoms(element["adds"], "\(place).adds"), deletes: try atoms(element["deletes"], "\(place).deletes"))
      )
    }
    let predicates = (json["predicates"]?.elements ?? []).map { element in
      StripsProblem.Predicate(element["name"]?.text ?? "", (element["parameters"]?.elements ?? []).compactMap(\.text))
    }
    return StripsProblem(
      objects: objects(json["objects"]), predicates: predicates, actions: actions,
      initial: try atoms(json["initial"], "initial"), goal: try atoms(json["goal"], "goal"),
      horizon: json["horizon"]?.whole ?? 20)
  }

  private static let name: JSONValue = ["type": "string", "minLength": 1, "maxLength": 100]
  private static let list: JSONValue = ["type": "array", "maxItems": 10_000, "items": ["type": "string"]]
  private static let typed: JSONValue = [
    "type": "array", "maxItems": 1000,
    "items": [
      "type": "object", "required": ["name", "type"], "additionalProperties": false,
      "properties": ["name": name, "type": name],
    ],
  ]

  /// The form of a document with steps, for language models and for reading.
  public static let stepsSchema = JSONSchema([
    "type": "object", "additionalProperties": false,
    "required": ["kind", "objects", "predicates", "actions", "initial", "goal"],
    "properties": [
      "kind": ["const": "steps"], "objects": typed,
      "predicates": [
        "type": "array", "maxItems": 1000,
        "items": [
          "type": "object", "required": ["name", "parameters"], "additionalProperties": false,
          "properties": ["name": name, "parameters": list],
        ],
      ],
      "actions": [
        "type": "array", "maxItems": 1000,
        "items": [
          "type": "object", "required": ["name", "parameters", "needs", "adds", "deletes"],
          "additionalProperties": false,
          "properties": ["name": name, "parameters": typed, "needs": list, "adds": list, "deletes": list],
        ],
      ],
      "initial": list, "goal": list, "horizon": ["type": "integer", "minimum": 1, "maximum": 200],
    ],
  ])

  /// The form of a document with a choice.
  public static let choiceSchema = JSONSchema([
    "type": "object", "additionalProperties": false, "required": ["kind", "model"],
    "properties": ["kind": ["const": "choice"], "model": ["type": "object"]],
  ])
}
