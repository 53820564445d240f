// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// One rule with other settings for some tensors: no decay for vectors, a smaller rate for an embedding, frozen layers.
///
///     try Grouped(AdamW(), [.init("vectors", ["decay": "0"]), .init("head*", ["rate": "1e-4"]), .frozen("embedding")])
///
/// A tensor belongs to the first group that means it. A rule whose sums run over all tensors (D-Adaptation, Prodigy, DoG …)
/// sums over the tensors of one group.
public struct Grouped<Rule: CataloguedRule>: UpdateRule {
  /// Tensors, and what is different for them.
  public struct Group: Sendable, Codable, Hashable {
    public var pattern: TensorPattern
    /// Settings by name.
    public var settings: [String: String]
    /// True for tensors that stay as they are.
    public var isFrozen = false

    public init(_ pattern: TensorPattern, _ settings: [String: String]) {
      self.pattern = pattern
      self.settings = settings
    }

    /// Tensors that stay as they are.
    public static func frozen(_ pattern: TensorPattern) -> Group {
      var group = Group(pattern, [:])
      group.isFrozen = true
      return group
    }
  }

  /// For tensors that no group means.
  public let rule: Rule
  public let groups: [Group]
  private let rules: [Rule?]

  /// Throws where a group names a setting that the rule does not have, or a value out of range.
  public init(_ rule: Rule, _ groups: [Group]) throws(SettingError) {
    self.rule = rule
    self.groups = groups
    var rules: [Rule?] = []
    for group in groups {
      var changed = rule
      for (name, text) in group.settings.sorted(by: { $0.key < $1.key }) { try changed.set(name, text) }
      rules.append(group.isFrozen ? nil : changed)
    }
    self.rules = rules + [rule]
  }

  public var wordsPerParameter: Double { rule.wordsPerParameter }
  public var needsGradientNorm: Bool { rule.needsGradientNorm }
  public var needsLoss: Bool { rule.needsLoss }
  public var treatsTensorsAlone: Bool { rule.treatsTensorsAlone }

  private func pieces(_ layout: Layout) -> [(rule: Rule, piece: Piece)] {
    let places = layout.slots.map { slot in groups.firstIndex { $0.pattern.matches(slot) } ?? groups.count }
    let names = Dictionary(zip(layout.slots.map(\.name), places)) { first, _ in first }
    return rules.enumerated().flatMap { k, rule in
      guard let rule else { return [(rule: Rule, piece: Piece)]() }
      return Piece.pieces(layout, alone: rule.treatsTensorsAlone) { names[$0.name] == k }.map { (rule, $0) }
    }
  }

  /// One memory for each stretch of tensors with equal settings, or for each group.
  public func start(_ layout: Layout) -> [Rule.State] { pieces(layout).map { $0.rule.start($0.piece.layout) } }

  /// One step of every group.
  public func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout [Rule.State], layout: Layout,
    context: StepContext
  ) {
    Blocks.check(parameters.count, gradient.count, layout)
    let pieces = pieces(layout)
    precondition(state.count == pieces.count, "the memory of the rule belongs to another layout")
    var context = context
    if needsGradientNorm, context.gradientNorm == nil { context.gradientNorm = gradientNorm(gradient) }
    for (k, part) in pieces.enumerated() { part.piece.update(part.rule, &parameters, gradient, &state[k], context) }
  }

  /// What the first group wants that wants any.
  public func wantedCurvature(at step: Int) -> CurvatureEstimate? {
    rules.lazy.compactMap { $0?.wantedCurvature(at: step) }.first
  }

  /// Every group hears its part.
  public func hear(_ diagonal: Span<Float>, state: inout [Rule.State], layout: Layout) {
    for (k, part) in pieces(layout).enumerated() { part.piece.hear(part.rule, diagonal, &state[k]) }
  }

  /// The points that the groups report, each in its place.
  public func evaluationPoint(_ parameters: Span<Float>, state: [Rule.State], layout: Layout) -> [Float]? {
    var point = parameters.withUnsafeBufferPointer { Array($0) }
    var isOther = false
    for (k, part) in pieces(layout).enumerated() where part.piece.evaluate(part.rule, state[k], &point) {
      isOther = true
    }
    return isOther ? point : nil
  }
}
