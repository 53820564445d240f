// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling

/// Where an insight belongs: two levels, as in `constraints / linking`.
public struct ExperienceLabel: Sendable, Codable, Hashable, CustomStringConvertible {
  public var area: String
  public var topic: String

  public init(_ area: String, _ topic: String) {
    self.area = area
    self.topic = topic
  }

  public var description: String { "\(area) / \(topic)" }
}

/// What was learned from a failure, and when it is to be thought of.
public struct ExperienceInsight: Sendable, Codable, Hashable {
  /// A condition that was replaced.
  public struct Former: Sendable, Codable, Hashable {
    public var condition: String
    /// Why it was replaced.
    public var reason: String

    public init(_ condition: String, reason: String) {
      self.condition = condition
      self.reason = reason
    }
  }

  /// Unlike every other of its library.
  public var id: String
  public var label: ExperienceLabel
  /// When it applies.
  public var condition: String
  /// What goes wrong, and what is right.
  public var explanation: String
  public var example: String
  /// The oldest first.
  public var history: [Former]

  public init(
    id: String, _ label: ExperienceLabel, condition: String, explanation: String, example: String = "",
    history: [Former] = []
  ) {
    self.id = id
    self.label = label
    self.condition = condition
    self.explanation = explanation
    self.example = example
    self.history = history
  }

  /// As a question tells it.
  public var advice: String {
    "When \(condition): \(explanation)" + (example.isEmpty ? "" : " Example: \(example)")
  }
}

/// Insights in a text that people read and edit.
///
///     insights:
///       - id: "1"
///         area: "constraints"
///         topic: "linking"
///         condition: "something is only possible after it was paid for"
///         explanation: "write x <= most * open, not x >= open"
///         example: "open is binary, x the amount"
///         history:
///           - {condition: "…", reason: "…"}
///
/// **Law** A library reads back from its own `text` as it was. Source: AlphaOPT.
public struct ExperienceLibrary: Sendable, Codable, Hashable {
  public internal(set) var insights: [ExperienceInsight] = []

  public init() {}

  /// Every label once, in the order in which they first appear.
  public var taxonomy: [ExperienceLabel] {
    var labels: [ExperienceLabel] = []
    for insight in insights where !labels.contains(insight.label) { labels.append(insight.label) }
    return labels
  }

  /// Adds an insight under its id, or the next free number where that is taken or empty; its id from then on.
  @discardableResult
  public mutating func add(_ insight: ExperienceInsight) -> String {
    var insight = insight
    if insight.id.isEmpty || insights.contains(where: { $0.id == insight.id }) {
      insight.id = "\((insights.compactMap { Int($0.id) }.max() ?? 0) + 1)"
    }
    insights.append(insight)
    return insight.id
  }

  /// Takes the insight with this id out, where there is one.
  public mutating func remove(_ id: String) { insights.removeAll { $0.id == id } }

  /// Gives an insight another condition; the former one stays in its history.
  public mutating func replaceCondition(of id: String, by condition: String, reason: String) {
    guard let k = insights.firstIndex(where: { $0.id == id }), insights[k].condition != condition else { return }
    insights[k].history.append(.init(insights[k].condition, reason: reason))
    insights[k].condition = condition
  }

  // MARK: As text

  /// As a file has it.
  public var text: String {
    guard !insights.isEmpty else { return "insights: []\n" }
    func quoted(_ text: String) -> String { JSONValue.string(text).description }
    var lines = ["insights:"]
    for insight in insights {
      lines.append("  - id: \(quoted(insight.id))")
      for (name, value) in [
        ("area", insight.label.area), ("topic", insight.label.topic), ("condition", insight.condition),
        ("explanation", insight.explanation), ("example", insight.example),
      ] {
        lines.append("    \(name): \(quoted(value))")
      }
      if insight.history.isEmpty { continue }
      lines.append("    history:")
      for former in insight.history {
        lines.append("      - {condition: \(quoted(former.condition)), reason: \(quoted(former.reason))}")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Reads a file. Throws `ReadError` with line and column.
  public init(contentsOf path: String) throws { try self.init(try FileBytes.load(path)) }

  /// Reads a text. Throws `ReadError` with line and column.
  public init(reading text: String, path: String = "library") throws(ReadError) {
    try self.init(FileBytes(path: path, text: text))
  }

  private init(_ file: FileBytes) throws(ReadError) {
    let source = try SourceText(file)
    let root = try YAMLReader.read(source, as: .init("library", members: "insights"))
    let example = "insights: with a list of {id, area, topic, condition, explanation}"
    guard case .mapping(let entries) = root.content, entries.count == 1, let entry = entries.first,
      entry.key.text == "insights"
    else { throw source.error(at: root.offset, "the library is \(root.what)", expected: example) }
    if case .absent = entry.value.content { return }
    guard case .sequence(let items) = entry.value.content else {
      throw source.error(at: entry.value.offset, "insights are \(entry.value.what)", expected: example)
    }
    for item in items {
      let insight = try Self.insight(item, source)
      guard !insights.contains(where: { $0.id == insight.id }) else {
        throw source.error(
          at: item.offset, "the id \(insight.id.prefix(40)) stands twice", expected: "an id for each insight")
      }
      insights.append(insight)
    }
  }

  private static func insight(_ node: DocumentNode, _ source: SourceText) throws(ReadError) -> ExperienceInsight {
    let known = ["id", "area", "topic", "condition", "explanation", "example", "history"]
    let fields = try fields(node, "an insight", known, source)
    func text(_ name: String) throws(ReadError) -> String {
      guard let field = fields[name] else {
        throw source.error(at: node.offset, "the insight has no \(name)", expected: known.joined(separator: ", "))
      }
      guard let scalar = field.scalar else {
        throw source.error(at: field.offset, "\(name) is \(field.what)", expected: "a text")
      }
      return scalar.text
    }
    var history: [ExperienceInsight.Former] = []
    if let formers = fields["history"], case .sequence(let items) = formers.content {
      for item in items {
        let former = try Self.fields(item, "a former condition", ["condition", "reason"], source)
        guard let condition = former["condition"]?.scalar?.text, let reason = former["reason"]?.scalar?.text else {
          throw source.error(at: item.offset, "a former condition is not whole", expected: "{condition: …, reason: …}")
        }
        history.append(.init(condition, reason: reason))
      }
    } else if let formers = fields["history"] {
      throw source.error(
        at: formers.offset, "history is \(formers.what)", expected: "a list of {condition: …, reason: …}")
    }
    let id = try text("id")
    let label = ExperienceLabel(try text("area"), try text("topic"))
    let condition = try text("condition")
    let explanation = try text("explanation")
    let example = fields["example"] == nil ? "" : try text("example")
    return ExperienceInsight(
      id: id, label, condition: condition, explanation: explanation, example: example, history: history)
  }

  private static func fields(
    _ node: DocumentNode, _ owner: String, _ known: [String], _ source: SourceText
  ) throws(ReadError) -> [String: DocumentNode] {
    guard case .mapping(let entries) = node.content else {
      throw source.error(
        at: node.offset, "\(owner) is \(node.what)", expected: "a mapping of \(known.joined(separator: ", "))")
    }
    var fields: [String: DocumentNode] = [:]
    for entry in entries {
      guard known.contains(entry.key.text) else {
        throw source.error(
          at: entry.key.offset, "\(owner) has no \(entry.key.text.prefix(40))",
          expected: "one of \(known.joined(separator: ", "))")
      }
      fields[entry.key.text] = entry.value
    }
    return fields
  }
}
