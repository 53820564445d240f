// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusModeling

/// What a spec puts around and beside its update rule.
struct TrainingParts: Sendable {
  /// Tensors with settings, or a rule, of their own.
  struct Group: Sendable {
    var pattern: TensorPattern
    /// nil: that of the training.
    var rule: String?
    /// All settings that are not defaults.
    var settings: [(name: String, value: String)] = []
    /// Those of this group alone.
    var own: [String: String] = [:]
    var isFrozen = false
    /// What to say of tensors that there are none of.
    var failure: ReadError
  }

  /// Flat minima are looked for with this radius.
  struct Sharpness: Sendable {
    var radius = 0.05
    var isAdaptive = false
  }

  /// The rate is searched for while the training runs.
  struct Search: Sendable {
    var lowest: Double?
    var highest: Double?
    var firstStage: Int?
    var longestStage: Int?
    var candidates = 10
    var trialShare = 0.1
    var exploration = 1000.0
  }

  /// The schedule is made from the gradient norms of an earlier run.
  struct Refinement: Sendable {
    var path: String
    var norm: ScheduleRefinement.Norm?
    var window = 0.1
  }

  /// The gradient is divided by Kronecker-factored curvature.
  struct Preconditioner: Sendable {
    enum Kind: String, CaseIterable, Sendable { case factored = "k-fac", corrected = "ek-fac" }
    var kind = Kind.corrected
    var damping = 0.1
    var share = 0.05
    var every = 5
    var refresh = 10
    var limit = Double.infinity
  }

  enum Memory: String, CaseIterable, Sendable { case single = "32-bit", bytes = "8-bit" }

  var groups: [Group] = []
  var sharpness: Sharpness?
  var preconditioner: Preconditioner?
  var isSearched = false
  /// Of the search, where the spec says any of it.
  var isSearchSaid = false
  var search = Search()
  var refinement: Refinement?
  /// What is left of the rate at the end of a schedule.
  var floor = 0.02
  /// The share of the steps in which a warm-up–stable–decay schedule falls.
  var fall = 0.2
  var memory = Memory.single
  var average: AverageKind?
  /// The largest coordinate of a gradient.
  var clipValue: Double?
  var region: Region?

  /// Which average of the parameters is reported.
  enum AverageKind: Sendable {
    case moving(Double)
    case polynomial(Double)
    case tail(Int)
  }

  /// Where parameters stay.
  enum Region: Sendable {
    case box(Double, Double)
    case ball(Double)
    case balls(Double)
  }

  /// Names of a spec that are read here.
  static let names = [
    "groups", "sharpness-aware", "search", "schedule", "state", "average", "clip-value", "project",
    "preconditioner",
  ]

  /// As it is echoed.
  var echo: [(name: String, value: String)] {
    var list: [(String, String)] = []
    for group in groups {
      let settings = group.own.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
      let said = (group.rule.map { ["rule: \($0)"] } ?? []) + settings + (group.isFrozen ? ["frozen: true"] : [])
      list.append(("group \(group.pattern)", said.joined(separator: ", ")))
    }
    if let sharpness {
      list.append(("sharpness-aware", "\(sharpness.radius)\(sharpness.isAdaptive ? ", adaptive" : "")"))
    }
    if let preconditioner {
      list.append(("preconditioner", "\(preconditioner.kind.rawValue), damping \(preconditioner.damping)"))
    }
    if isSearched { list.append(("rate", "auto")) }
    if let refinement { list.append(("refined", refinement.path)) }
    if memory != .single { list.append(("state", memory.rawValue)) }
    switch average {
    case .moving(let factor): list.append(("average", "moving \(factor)"))
    case .polynomial(let exponent): list.append(("average", "polynomial \(exponent)"))
    case .tail(let step): list.append(("average", "tail \(step)"))
    case nil: break
    }
    if let clipValue { list.append(("clip-value", "\(clipValue)")) }
    switch region {
    case .box(let low, let high): list.append(("project", "box \(low) to \(high)"))
    case .ball(let radius): list.append(("project", "ball \(radius)"))
    case .balls(let radius): list.append(("project", "balls \(radius)"))
    case nil: break
    }
    return list.map { (name: $0.0, value: $0.1) }
  }
}

extension TrainingSpec {
  /// Takes one of these parts in.
  mutating func takePart(
    _ name: String, _ node: DocumentNode, _ rule: RuleEntry, _ source: SourceText
  ) throws(ReadError) {
    let reader = SpecReader(source: source)
    switch name {
    case "groups": parts.groups = try groups(node, rule, reader)
    case "sharpness-aware": parts.sharpness = try sharpness(node, reader)
    case "preconditioner": parts.preconditioner = try preconditioner(node, reader)
    case "search":
      parts.search = try search(node, reader)
      parts.isSearchSaid = true
    case "schedule": try takeSchedule(node, reader)
    case "state": parts.memory = try reader.choice(node, name)
    case "average": parts.average = try average(node, reader)
    case "clip-value": parts.clipValue = try reader.number(node, name, 1e-12...1e12)
    default: parts.region = try region(node, reader)
    }
  }

  private func sharpness(_ node: DocumentNode, _ reader: SpecReader) throws(ReadError) -> TrainingParts.Sharpness {
    var sharpness = TrainingParts.Sharpness()
    let range = 1e-12...1e6
    if node.scalar != nil {
      sharpness.radius = try reader.number(node, "sharpness-aware", range)
      return sharpness
    }
    let entries = try reader.entries(
      node, of: "sharpness-aware", known: ["radius", "adaptive"], example: "a radius such as 0.05")
    for entry in entries {
      if entry.key.text == "radius" {
        sharpness.radius = try reader.number(entry.value, "radius", range)
      } else {
        sharpness.isAdaptive = try reader.truth(entry.value, "adaptive")
      }
    }
    return sharpness
  }

  private func preconditioner(
    _ node: DocumentNode, _ reader: SpecReader
  ) throws(ReadError) -> TrainingParts.Preconditioner {
    var found = TrainingParts.Preconditioner()
    if node.scalar != nil {
      found.kind = try reader.choice(node, "preconditioner")
      return found
    }
    let known = ["kind", "damping", "share", "every", "refresh", "limit"]
    for entry in try reader.entries(node, of: "preconditioner", known: known, example: "k-fac, or {kind: ek-fac}") {
      let (name, value) = (entry.key.text, entry.value)
      switch name {
      case "kind": found.kind = try reader.choice(value, name)
      case "damping": found.damping = try reader.number(value, name, 1e-12...1e12)
      case "share": found.share = try reader.number(value, name, 1e-6...1)
      case "every": found.every = try reader.whole(value, name, 1...1_000_000)
      case "refresh": found.refresh = try reader.whole(value, name, 1...1_000_000)
      default: found.limit = try reader.number(value, name, 1e-12...1e12)
      }
    }
    return found
  }

  private func search(_ node: DocumentNode, _ reader: SpecReader) throws(ReadError) -> TrainingParts.Search {
    var search = TrainingParts.Search()
    let known = ["lowest", "highest", "first-stage", "longest-stage", "candidates", "trial-share", "exploration"]
    for entry in try reader.entries(node, of: "search", known: known, example: "a mapping such as {lowest: 0.0001}") {
      let (name, value) = (entry.key.text, entry.value)
      switch name {
      case "lowest": search.lowest = try reader.number(value, name, 1e-12...1e6)
      case "highest": search.highest = try reader.number(value, name, 1e-12...1e6)
      case "first-stage": search.firstStage = try reader.whole(value, name, 1...1_000_000_000)
      case "longest-stage": search.longestStage = try reader.whole(value, name, 1...1_000_000_000)
      case "candidates": search.candidates = try reader.whole(value, name, 1...1000)
      case "trial-share": search.trialShare = try reader.number(value, name, 1e-6...1)
      default: search.exploration = try reader.number(value, name, 0...1e12)
      }
    }
    return search
  }

  /// A name, or a mapping that says more.
  private mutating func takeSchedule(_ node: DocumentNode, _ reader: SpecReader) throws(ReadError) {
    if node.scalar != nil {
      schedule = try reader.choice(node, "schedule")
      return
    }
    let known = ["shape", "floor", "fall", "refined", "norm", "window"]
    let entries = try reader.entries(
      node, of: "schedule", known: known, example: "a name such as cosine, or {refined: log.csv}")
    var (norm, window): (ScheduleRefinement.Norm?, Double) = (nil, 0.1)
    for entry in entries {
      let (name, value) = (entry.key.text, entry.value)
      switch name {
      case "shape": schedule = try reader.choice(value, name)
      case "floor": parts.floor = try reader.number(value, name, 0...1)
      case "fall": parts.fall = try reader.number(value, name, 0...1)
      case "norm": norm = try reader.choice(value, name)
      case "window": window = try reader.number(value, name, 0...1)
      default: parts.refinement = .init(path: try reader.text(value, name, "the path of a log"))
      }
    }
    parts.refinement?.norm = norm
    parts.refinement?.window = window
    if let stray = entries.first(where: { ["norm", "window"].contains($0.key.text) }), parts.refinement == nil {
      throw reader.source.error(
        at: stray.key.offset, "\(stray.key.text) goes with a refined schedule", expected: "refined: log.csv beside it")
    }
    if parts.refinement != nil, let stray = entries.first(where: { ["shape", "floor", "fall"].contains($0.key.text) }) {
      throw reader.source.error(
        at: stray.key.offset, "a refined schedule has its own \(stray.key.text)", expected: "refined alone")
    }
  }

  private func average(_ node: DocumentNode, _ reader: SpecReader) throws(ReadError) -> TrainingParts.AverageKind {
    if node.scalar != nil { return .moving(try reader.number(node, "average", 0...0.9999999)) }
    let entry = try reader.only(
      node, of: "average", known: ["moving", "polynomial", "tail"], example: "a factor such as 0.99, or {tail: 300}")
    switch entry.key.text {
    case "moving": return .moving(try reader.number(entry.value, "moving", 0...0.9999999))
    case "polynomial": return .polynomial(try reader.number(entry.value, "polynomial", 0...1e6))
    default: return .tail(try reader.whole(entry.value, "tail", 1...1_000_000_000))
    }
  }

  private func region(_ node: DocumentNode, _ reader: SpecReader) throws(ReadError) -> TrainingParts.Region {
    let example = "{ball: 10}, {balls: 3} or {box: [-1, 1]}"
    let entry = try reader.only(node, of: "project", known: ["box", "ball", "balls"], example: example)
    switch entry.key.text {
    case "ball": return .ball(try reader.number(entry.value, "ball", 1e-12...1e12))
    case "balls": return .balls(try reader.number(entry.value, "balls", 1e-12...1e12))
    default:
      guard case .sequence(let ends) = entry.value.content, ends.count == 2 else {
        throw reader.error(entry.value, "box is no pair of numbers", "a list such as [-1, 1]")
      }
      let low = try reader.number(ends[0], "the lower end", -1e30...1e30)
      return .box(low, try reader.number(ends[1], "the upper end", low...1e30))
    }
  }
}
