// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard
import GradusModeling

/// What `gradus train` is told: data, model, rule and length, every part with a default.
struct TrainingSpec: Sendable {
  /// What happens at a batch whose loss or gradient is no number.
  enum Bad: String, CaseIterable, Sendable { case stop, skip }
  enum Task: String, CaseIterable, Sendable { case classification, regression }
  enum Kind: String, CaseIterable, Sendable {
    case perceptron, convolutional, transformer, lstm, gru, slstm

    var recurrent: RecurrentKind? { RecurrentKind(rawValue: rawValue) }
  }

  /// `digits`, `sentences`, or the path of a `.csv`, `.svm` or `.txt` file.
  var data = "digits"
  /// A file of observations that are not learned from; nil: a share of the data.
  var test: String?
  /// The share of the data that is not learned from; nil: a fifth, of texts a tenth.
  var heldOut: Double?
  /// What is learned from a table; nil: as its targets suggest.
  var task: Task?
  var model = Kind.perceptron
  /// Observations of generated data to learn from; as many again, a fifth, are held out.
  var observations = 4_000
  /// Hidden widths of a perceptron.
  var widths = [64]
  /// Channels behind each stage of a convolutional network.
  var channels = [8, 16]
  var context = 48
  var width = 64
  var layers = 2
  var heads = 4
  /// The name of an update rule.
  var rule = "adamw"
  /// Settings of the rule that are not its defaults.
  var settings: [(name: String, value: String)] = [("rate", "0.003")]
  var schedule = Schedule.Shape.cosine
  var warmup = 20
  var steps = 600
  var batch = 32
  /// The longest gradient; infinite where none is shortened.
  var clip = 1.0
  var bad = Bad.stop
  /// Steps between two looks at the held-out observations; 0 looks only in the end.
  var evaluateEvery = 0
  /// Looks in vain that end the training; 0 never ends it.
  var patience = 0
  /// What is around and beside the rule.
  var parts = TrainingParts()

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
    (
      "test",
      {
        $0.test = $1; return nil
      }
    ),
    ("held-out", { share(&$0.heldOut, $1) }),
    (
      "task",
      { spec, text in
        spec.task = Task(rawValue: text)
        return spec.task == nil ? "one of classification, regression" : nil
      }
    ),
    ("model", { choose(&$0.model, $1) }),
    ("observations", { whole(&$0.observations, $1, 10...10_000_000) }),
    ("context", { whole(&$0.context, $1, 1...4096) }),
    ("width", { whole(&$0.width, $1, 1...8192) }),
    ("layers", { whole(&$0.layers, $1, 0...256) }),
    ("heads", { whole(&$0.heads, $1, 1...256) }),
    ("warmup", { whole(&$0.warmup, $1, 0...1_000_000_000) }),
    ("steps", { whole(&$0.steps, $1, 1...1_000_000_000) }),
    ("batch", { whole(&$0.batch, $1, 1...1_000_000) }),
    (
      "clip",
      { spec, text in
        if text == "none" {
          spec.clip = .infinity
          return nil
        }
        return number(&spec.clip, text, 1e-12...1e12).map { $0 + ", or none" }
      }
    ),
    ("bad", { choose(&$0.bad, $1) }),
    ("evaluate-every", { whole(&$0.evaluateEvery, $1, 0...1_000_000_000) }),
    ("patience", { whole(&$0.patience, $1, 0...1_000_000_000) }),
  ]

  /// Reads a YAML mapping of these names. Every error has its line and column.
  init(contentsOf path: String) throws {
    let source = try SourceText(try FileBytes.load(path))
    let root = try YAMLReader.read(source, as: .init("training", members: "data, model, rule, steps, …"))
    guard case .mapping(let entries) = root.content else {
      throw source.error(at: root.offset, "\(root.what) instead of a mapping", expected: "lines such as 'steps: 600'")
    }
    func text(_ name: String) -> String { entries.first { $0.key.text == name }?.value.scalar?.text ?? "" }
    if text("data") == "sentences" || text("data").hasSuffix(".txt") || text("model") == Kind.transformer.rawValue {
      self = .sentences
    }
    let entry = try rule(entries, source)
    // Groups go on from all settings of the rule.
    for field in entries where !["rule", "groups"].contains(field.key.text) { try take(field, entry, source) }
    for field in entries where field.key.text == "groups" { try take(field, entry, source) }
    if parts.isSearched {
      let isSaid = entries.contains { $0.key.text == "schedule" }
      if !isSaid { schedule = .constant }
      if !entries.contains(where: { $0.key.text == "warmup" }) { warmup = 0 }
    }
    // A short run warms up in its first half at most, unless the spec says how long.
    if !entries.contains(where: { $0.key.text == "warmup" }) { warmup = min(warmup, steps / 2) }
    if let contradiction { throw source.error(at: root.offset, contradiction.cause, expected: contradiction.expected) }
  }

  /// The rule, whose settings are names of a spec too.
  private mutating func rule(_ entries: [DocumentNode.Entry], _ source: SourceText) throws -> RuleEntry {
    if let node = entries.first(where: { $0.key.text == "rule" })?.value {
      let named = try self.entry(node, SpecReader(source: source)).card.name
      if rule != named { settings = [] }
      rule = named
    }
    let entry = try RuleCatalog.entry(named: rule)
    // A training can tell the curvature, and does unless the spec says otherwise.
    if entry.settings.contains(where: { $0.name == "curvature" }) {
      settings.append(("curvature", CurvatureEstimate.bartlett.rawValue))
    }
    return entry
  }

  private mutating func take(_ entry: DocumentNode.Entry, _ rule: RuleEntry, _ source: SourceText) throws(ReadError) {
    let name = entry.key.text
    if name == "widths" { return widths = try list(entry.value, "width", source) }
    if name == "channels" { return channels = try list(entry.value, "channel", source) }
    if TrainingParts.names.contains(name) { return try takePart(name, entry.value, rule, source) }
    if name == "rate", entry.value.scalar?.text == "auto" {
      parts.isSearched = true
      return settings.removeAll { $0.name == name }
    }
    let field = Self.fields.first { $0.name == name }
    guard field != nil || rule.settings.contains(where: { $0.name == name }) else {
      let own = rule.settings.map(\.name)
      if RuleCatalog.entries.contains(where: { $0.settings.contains { $0.name == name } }) {
        throw source.error(
          at: entry.key.offset, "'\(name)' is no setting of \(rule.card.name)",
          expected: "one of \(own.joined(separator: ", "))")
      }
      let known = Self.fields.map(\.name) + TrainingParts.names + ["widths", "channels", "rule"] + own
      // What the field calls otherwise.
      let usual = ["lr": "rate", "learning-rate": "rate", "epochs": "steps", "optimizer": "rule", "seed": "--seed"]
      let near = (usual[name] ?? nearest(to: name, among: known)).map { "'\($0)'" } ?? known.joined(separator: ", ")
      throw source.error(at: entry.key.offset, "'\(name)' is no part of a training", expected: near)
    }
    guard let scalar = entry.value.scalar else {
      throw source.error(at: entry.value.offset, "\(name) is \(entry.value.what)", expected: "a value")
    }
    guard let field else { return try set(name, scalar.text, at: scalar.offset, rule, source) }
    if let expected = field.take(&self, scalar.text) {
      throw source.error(at: scalar.offset, "\(name) is '\(scalar.text)'", expected: expected)
    }
  }

  private mutating func set(
    _ name: String, _ text: String, at offset: Int, _ rule: RuleEntry, _ source: SourceText
  ) throws(ReadError) {
    settings.removeAll { $0.name == name }
    settings.append((name, text))
    try check(name, text, at: offset, rule, source)
  }

  /// The learning rate as it was said, or the rule's own.
  var rate: Double {
    let own = (try? RuleCatalog.entry(named: rule))?.settings.first { $0.name == "rate" }?.defaultValue
    return (settings.first { $0.name == "rate" }?.value ?? own).flatMap { Double($0) } ?? .nan
  }

  private func list(_ node: DocumentNode, _ noun: String, _ source: SourceText) throws(ReadError) -> [Int] {
    let items: [DocumentNode]
    switch node.content {
    case .sequence(let list): items = list
    case .scalar: items = [node]
    default: throw source.error(at: node.offset, "\(noun)s is \(node.what)", expected: "a list such as [64, 64]")
    }
    var numbers: [Int] = []
    for item in items {
      guard let text = item.scalar?.text, let number = Int(text), (1...1_000_000).contains(number) else {
        throw source.error(at: item.offset, "a \(noun) is no whole number", expected: "a list such as [64, 64]")
      }
      numbers.append(number)
    }
    return numbers
  }

  /// What does not go together.
  private var contradiction: (cause: String, expected: String)? {
    let isText = data == "sentences" || data.hasSuffix(".txt")
    let fitting: [Kind] =
      isText
      ? [.transformer, .lstm, .gru, .slstm]
      : data == "digits" ? [.perceptron, .convolutional, .lstm, .gru, .slstm] : [.perceptron]
    if !fitting.contains(model) {
      return ("a \(model.rawValue) does not read \(data)", "model: " + fitting.map(\.rawValue).joined(separator: ", "))
    }
    if test != nil, data == "digits" || data == "sentences" {
      return ("test goes with data from a file, not with \(data)", "data: table.csv")
    }
    if test != nil, heldOut != nil {
      return ("test and held-out both say what is not learned from", "one of them")
    }
    if task == .regression, isText || data == "digits" {
      return ("\(data) has classes to learn, not numbers", "task: classification")
    }
    if model == .convolutional, channels.count > 4 {
      return ("\(channels.count) stages halve a side of 16 too often", "at most 4 channels")
    }
    if model == .transformer, width % heads != 0 {
      return ("a width of \(width) does not split into \(heads) heads", "a multiple of the heads")
    }
    if schedule.needsLength, steps <= warmup {
      return ("\(steps) steps end within the warm-up of \(warmup)", "more steps")
    }
    if parts.preconditioner != nil, parts.sharpness != nil || parts.isSearched {
      return ("a preconditioner goes with plain training", "no sharpness-aware, and a rate")
    }
    if parts.isSearched {
      if schedule != .constant || warmup > 0 || parts.refinement != nil {
        return ("the rate is searched for on the way, without a schedule", "schedule: constant, and no warmup")
      }
      if parts.sharpness != nil {
        return ("sharpness-aware training has no search for the rate", "a rate, or no sharpness-aware")
      }
      let (lowest, highest) = searchedRates
      if !(lowest < highest) {
        return ("rates are searched for from \(lowest) to \(highest)", "lowest below highest")
      }
      if let longest = parts.search.longestStage, longest < parts.search.firstStage ?? 1 {
        return ("the longest stage is shorter than the first", "longest-stage above first-stage")
      }
    } else if parts.isSearchSaid {
      return ("search goes with a rate that is searched for", "rate: auto")
    }
    if patience > 0, evaluateEvery == 0 {
      return ("patience needs looks at held-out observations", "evaluate-every: 50")
    }
    return nil
  }

  /// As it is echoed.
  var echo: [(name: String, value: String)] {
    var list = [("data", data), ("model", model.rawValue)]
    if let test { list.append(("test", test)) }
    if let heldOut { list.append(("held-out", "\(heldOut)")) }
    if let task { list.append(("task", task.rawValue)) }
    switch model {
    case .perceptron: list.append(("widths", "\(widths)"))
    case .convolutional: list.append(("channels", "\(channels)"))
    case .transformer: list.append(("heads", "\(heads)"))
    case .lstm, .gru, .slstm: break
    }
    if model == .transformer || model.recurrent != nil {
      list += [("context", "\(context)"), ("width", "\(width)"), ("layers", "\(layers)")]
    }
    list += [("rule", rule), ("schedule", schedule.rawValue), ("warmup", "\(warmup)")]
    list += [("steps", "\(steps)"), ("batch", "\(batch)"), ("clip", clip.isFinite ? "\(clip)" : "none")] + settings
    list += parts.echo.map { ($0.name, $0.value) }
    if bad != .stop { list.append(("bad", bad.rawValue)) }
    if evaluateEvery > 0 { list += [("evaluate-every", "\(evaluateEvery)"), ("patience", "\(patience)")] }
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
      return "a number from \(Numbers.short(range.lowerBound)) to \(Numbers.short(range.upperBound))"
    }
    target = value
    return nil
  }

  private static func share(_ target: inout Double?, _ text: String) -> String? {
    guard let value = Double(text), value > 0, value < 1 else { return "a share between 0 and 1" }
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
