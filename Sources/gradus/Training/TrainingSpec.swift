// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusModeling

/// What `gradus train` is told: data, model, rule and length, every part with a default.
struct TrainingSpec: Sendable {
  enum Rule: String, CaseIterable, Sendable { case adamw, sgd }
  enum Kind: String, CaseIterable, Sendable { case perceptron, transformer }

  /// `digits`, `sentences`, or the path of a `.csv`, `.svm` or `.txt` file.
  var data = "digits"
  var model = Kind.perceptron
  /// Observations of generated data to learn from; as many again, a fifth, are held out.
  var observations = 4_000
  /// Hidden widths of a perceptron.
  var widths = [64]
  var context = 48
  var width = 64
  var layers = 2
  var heads = 4
  var rule = Rule.adamw
  var rate = 3e-3
  var schedule = Schedule.Shape.cosine
  var warmup = 20
  var steps = 600
  var batch = 32
  var decay = 0.01
  var momentum = 0.9
  var clip = 1.0

  init() {}

  /// The default for texts: a small transformer.
  static var sentences: TrainingSpec {
    var spec = TrainingSpec()
    spec.data = "sentences"
    spec.model = .transformer
    spec.observations = 60_000
    spec.steps = 500
    return spec
  }

  /// The names of a spec, each with how its text is taken in.
  private static let fields: [(name: String, take: @Sendable (inout TrainingSpec, String) -> String?)] = [
    (
      "data",
      {
        $0.data = $1; return nil
      }
    ),
    ("model", { choose(&$0.model, $1) }),
    ("observations", { whole(&$0.observations, $1, 10...10_000_000) }),
    ("context", { whole(&$0.context, $1, 1...4096) }),
    ("width", { whole(&$0.width, $1, 1...8192) }),
    ("layers", { whole(&$0.layers, $1, 0...256) }),
    ("heads", { whole(&$0.heads, $1, 1...256) }),
    ("rule", { choose(&$0.rule, $1) }),
    ("rate", { number(&$0.rate, $1, 0...1e6) }),
    ("schedule", { choose(&$0.schedule, $1) }),
    ("warmup", { whole(&$0.warmup, $1, 0...1_000_000_000) }),
    ("steps", { whole(&$0.steps, $1, 1...1_000_000_000) }),
    ("batch", { whole(&$0.batch, $1, 1...1_000_000) }),
    ("decay", { number(&$0.decay, $1, 0...1e6) }),
    ("momentum", { number(&$0.momentum, $1, 0...0.999999) }),
    ("clip", { number(&$0.clip, $1, 1e-12...1e12) }),
  ]

  /// Reads a YAML mapping of these names. Every error has its line and column.
  init(contentsOf path: String) throws {
    let source = try SourceText(try FileBytes.load(path))
    let root = try YAMLReader.read(source)
    guard case .mapping(let entries) = root.content else {
      throw source.error(at: root.offset, "\(root.what) instead of a mapping", expected: "lines such as 'steps: 600'")
    }
    func text(_ name: String) -> String { entries.first { $0.key.text == name }?.value.scalar?.text ?? "" }
    if text("data") == "sentences" || text("data").hasSuffix(".txt") || text("model") == Kind.transformer.rawValue {
      self = .sentences
    }
    for entry in entries { try take(entry, source) }
    if let contradiction { throw source.error(at: root.offset, contradiction.cause, expected: contradiction.expected) }
  }

  private mutating func take(_ entry: DocumentNode.Entry, _ source: SourceText) throws(ReadError) {
    if entry.key.text == "widths" { return try takeWidths(entry.value, source) }
    guard let field = Self.fields.first(where: { $0.name == entry.key.text }) else {
      let known = Self.fields.map(\.name) + ["widths"]
      let near = nearest(to: entry.key.text, among: known).map { "'\($0)'" } ?? known.joined(separator: ", ")
      throw source.error(at: entry.key.offset, "'\(entry.key.text)' is no part of a training", expected: near)
    }
    guard let scalar = entry.value.scalar else {
      throw source.error(at: entry.value.offset, "\(field.name) is \(entry.value.what)", expected: "a value")
    }
    if let expected = field.take(&self, scalar.text) {
      throw source.error(at: scalar.offset, "\(field.name) is '\(scalar.text)'", expected: expected)
    }
  }

  private mutating func takeWidths(_ node: DocumentNode, _ source: SourceText) throws(ReadError) {
    let items: [DocumentNode]
    switch node.content {
    case .sequence(let list): items = list
    case .scalar: items = [node]
    default: throw source.error(at: node.offset, "widths is \(node.what)", expected: "a list such as [64, 64]")
    }
    widths = []
    for item in items {
      guard let text = item.scalar?.text, let width = Int(text), (1...1_000_000).contains(width) else {
        throw source.error(at: item.offset, "a width is no whole number", expected: "a list such as [64, 64]")
      }
      widths.append(width)
    }
  }

  /// What does not go together.
  private var contradiction: (cause: String, expected: String)? {
    let isText = data == "sentences" || data.hasSuffix(".txt")
    if isText != (model == .transformer) {
      return ("a \(model.rawValue) does not read \(data)", isText ? "model: transformer" : "model: perceptron")
    }
    if model == .transformer, width % heads != 0 {
      return ("a width of \(width) does not split into \(heads) heads", "a multiple of the heads")
    }
    if schedule.needsLength, steps <= warmup {
      return ("\(steps) steps end within the warm-up of \(warmup)", "more steps")
    }
    return nil
  }

  /// As it is echoed.
  var echo: [(name: String, value: String)] {
    var list = [("data", data), ("model", model.rawValue)]
    if model == .perceptron {
      list.append(("widths", "\(widths)"))
    } else {
      list += [("context", "\(context)"), ("width", "\(width)"), ("layers", "\(layers)"), ("heads", "\(heads)")]
    }
    list += [("rule", rule.rawValue), ("rate", "\(rate)"), ("schedule", schedule.rawValue), ("warmup", "\(warmup)")]
    list += [("steps", "\(steps)"), ("batch", "\(batch)"), ("clip", "\(clip)"), ("decay", "\(decay)")]
    if rule == .sgd { list.append(("momentum", "\(momentum)")) }
    return list.map { (name: $0.0, value: $0.1) }
  }

  private static func whole(_ target: inout Int, _ text: String, _ range: ClosedRange<Int>) -> String? {
    guard let value = Int(text), range.contains(value) else {
      return "a whole number from \(range.lowerBound) to \(range.upperBound)"
    }
    target = value
    return nil
  }

  private static func number(_ target: inout Double, _ text: String, _ range: ClosedRange<Double>) -> String? {
    guard let value = Double(text), range.contains(value) else {
      return "a number from \(range.lowerBound) to \(range.upperBound)"
    }
    target = value
    return nil
  }

  private static func choose<C: RawRepresentable & CaseIterable>(_ target: inout C, _ text: String) -> String?
  where C.RawValue == String {
    guard let value = C.allCases.first(where: { $0.rawValue == text }) else {
      return "one of \(C.allCases.map(\.rawValue).joined(separator: ", "))"
    }
    target = value
    return nil
  }
}
