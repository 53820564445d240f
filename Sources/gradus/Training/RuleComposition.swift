// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// The update rule of a spec with everything around it, as one rule whose type is known when the program runs.
///
///     averaged( projected( clipped by length( clipped by value( divided by curvature( groups( rule, memory in bytes ))))))
struct RuleComposition {
  let spec: TrainingSpec

  /// For a model with this layout. Throws where a group means no tensor.
  func rule(for layout: Layout) throws -> any UpdateRule {
    var rule = try grouped(layout)
    if let wanted = spec.parts.preconditioner { rule = preconditioned(rule, wanted) }
    if let limit = spec.parts.clipValue { rule = clipped(rule, limit) }
    if spec.clip.isFinite { rule = shortened(rule) }
    if let region = spec.parts.region { rule = projected(rule, region) }
    if let average = spec.parts.average { rule = averaged(rule, average) }
    return rule
  }

  /// Each tensor belongs to the first group that means it.
  private func grouped(_ layout: Layout) throws -> any UpdateRule {
    let main = try RuleCatalog.entry(named: spec.rule).open(spec.settings)
    let groups = spec.parts.groups
    var left = layout.slots
    for group in groups {
      let count = left.count
      left.removeAll { group.pattern.matches($0) }
      guard left.count < count else { throw unused(group, layout) }
    }
    if groups.isEmpty { return try coded(main) }
    if spec.parts.memory == .single, groups.allSatisfy({ $0.rule == nil }) { return try together(main, groups) }
    var rule = try coded(main)
    for group in groups.reversed() {
      let own: any UpdateRule =
        group.isFrozen
        ? try together(main, [group], frozen: "*")
        : try coded(RuleCatalog.entry(named: group.rule ?? spec.rule).open(group.settings))
      rule = divided(group.pattern, own, rule)
    }
    return rule
  }

  private func unused(_ group: TrainingParts.Group, _ layout: Layout) -> ReadError {
    var failure = group.failure
    let names = layout.slots.map(\.name)
    if layout.slots.contains(where: { group.pattern.matches($0) }) {
      failure.cause = "'\(group.pattern)' means no tensor that groups before it have left"
      failure.expected = "it before them"
    } else if let near = nearest(to: group.pattern.text, among: names + ["vectors", "matrices"]) {
      failure.expected = "'\(near)'"
    } else {
      failure.expected =
        "vectors, matrices, or a pattern of \(names.prefix(8).joined(separator: ", "))\(names.count > 8 ? ", …" : "")"
    }
    return failure
  }

  private func together<Rule: CataloguedRule>(
    _ rule: Rule, _ groups: [TrainingParts.Group], frozen: TensorPattern? = nil
  ) throws -> any UpdateRule {
    try Grouped(
      rule,
      groups.map { group in
        group.isFrozen ? .frozen(frozen ?? group.pattern) : Grouped<Rule>.Group(group.pattern, group.own)
      })
  }

  /// With its memory in bytes, where that is wanted.
  private func coded(_ rule: any CataloguedRule) throws -> any UpdateRule {
    guard spec.parts.memory == .bytes else { return rule }
    guard let fused = rule as? any FusedRule else {
      let able = RuleCatalog.entries.filter { $0.type is any FusedRule.Type }.map(\.card.name)
      throw Failure(
        .unreadable,
        "state: 8-bit goes with rules that treat every coordinate alike, not with \(type(of: rule).card.name); "
          + "choose one of \(able.joined(separator: ", "))")
    }
    guard rule.wantedCurvature(at: 1) == nil else {
      throw Failure(
        .unreadable,
        "state: 8-bit goes with rules that hear no curvature; say 'curvature: gradient', or leave state out")
    }
    return quantized(fused)
  }

  private func quantized<Rule: FusedRule>(_ rule: Rule) -> any UpdateRule { Quantized(rule) }

  private func divided<First: UpdateRule, Second: UpdateRule>(
    _ pattern: TensorPattern, _ first: First, _ second: Second
  ) -> any UpdateRule { Partitioned(pattern, first, else: second) }

  private func preconditioned<Rule: UpdateRule>(
    _ rule: Rule, _ wanted: TrainingParts.Preconditioner
  ) -> any UpdateRule {
    KroneckerPreconditioned(
      rule, wanted.kind == .factored ? .factored : .corrected, damping: wanted.damping, share: wanted.share,
      every: wanted.every, refresh: wanted.refresh, limit: wanted.limit)
  }

  /// Numbers of four bytes that the curvature takes for each parameter.
  func curvatureWords(_ layout: Layout) -> Double {
    guard spec.parts.preconditioner != nil else { return 0 }
    return 2 * KroneckerPreconditioned<Elementwise<LearningRate>>.curvatureNumbers(layout) / Double(layout.count)
  }

  private func clipped<Rule: UpdateRule>(_ rule: Rule, _ limit: Double) -> any UpdateRule {
    ClippedByValue(rule, limit: Float(limit))
  }

  private func shortened<Rule: UpdateRule>(_ rule: Rule) -> any UpdateRule { Clipped(rule, length: spec.clip) }

  private func projected<Rule: UpdateRule>(_ rule: Rule, _ region: TrainingParts.Region) -> any UpdateRule {
    switch region {
    case .box(let low, let high): Projected(rule, to: .box(Float(low), Float(high)))
    case .ball(let radius): Projected(rule, to: .ball(radius))
    case .balls(let radius): Projected(rule, to: .balls(radius))
    }
  }

  private func averaged<Rule: UpdateRule>(_ rule: Rule, _ kind: TrainingParts.AverageKind) -> any UpdateRule {
    switch kind {
    case .moving(let factor): Averaged(rule, .moving(factor))
    case .polynomial(let exponent): Averaged(rule, .polynomial(exponent))
    case .tail(let step): Averaged(rule, .tail(step))
    }
  }
}
