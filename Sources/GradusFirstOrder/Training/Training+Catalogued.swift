// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// With a rule of the catalog, a trainer is a method that the laws try.
extension Trainer: Catalogued where Rule: CataloguedRule {
  /// The default rule on batches of 32, for a million of them.
  public init() { self.init(Rule(), batchSize: 32, steps: 1_000_000) }

  public static var card: Card {
    Card(
      "trainer-\(Rule.card.name)", "minibatches in a random order of epochs, by the rule \(Rule.card.name)",
      guarantee: "that of the rule", reference: "Robbins & Monro 1951", trials: [])
  }

  /// Those of the rule, and what a batch is.
  public static var settings: [Setting<Self>] {
    Rule.settings.map { Setting(lifting: $0, \.rule) } + [
      Setting("batch", \.batchSize, in: 1...1e9, "observations in a batch"),
      Setting("steps", \.steps, in: 0...1e12, "batches until the end", role: .limit),
      Setting("skip-bad", \.skipsBadBatches, "pass batches over whose loss or gradient is no number"),
    ]
  }
}

extension EarlyStopping: Catalogued where Base: Catalogued {
  /// The default trainer, looked at every 50 steps.
  public init() { self.init(Base(), every: 50) }

  public static var card: Card {
    Card(
      "early-stopping-\(Base.card.name)",
      "training by \(Base.card.name) that keeps the best of its looks at held-out data",
      guarantee: "none: the smallest loss looked at", reference: "Prechelt 1998", trials: [])
  }

  /// Those of the trainer, how often it is looked at, and how long without success.
  public static var settings: [Setting<Self>] {
    Base.settings.map { Setting(lifting: $0, \.trainer) } + [
      Setting("every", \.every, in: 0...1e12, "steps between two looks; 0: none"),
      Setting("patience", \.patience, in: 0...1e12, "looks in vain that end the training; 0: never"),
    ]
  }
}

extension CurvatureTrainer: Catalogued where Rule: CataloguedRule & CurvatureRule {
  /// The default trainer, which tells the Gauss–Newton–Bartlett estimate.
  public init() {
    self.init(Trainer())
    trainer.rule.curvature = .bartlett
  }

  public static var card: Card {
    Card(
      "curvature-trainer-\(Rule.card.name)",
      "minibatches by the rule \(Rule.card.name), told the diagonal of their curvature now and then",
      guarantee: "that of the rule", reference: "Liu et al. 2024", trials: [])
  }

  /// Those of the trainer.
  public static var settings: [Setting<Self>] { Trainer<Rule>.settings.map { Setting(lifting: $0, \.trainer) } }
}
