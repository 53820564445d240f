// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusFirstOrder
import GradusNumerics
import Testing

/// Bad input to every rule of the catalog: one line with cause and remedy, or an end with what was good before.
@Suite struct RuleBadInputTests {
  static let names = RuleCatalog.entries.map(\.card.name)

  /// The message of what a rule refuses; nil when it was accepted.
  private func refusal(_ entry: RuleEntry, _ name: String, _ text: String) -> String? {
    do throws(SettingError) { _ = try entry.open([(name, text)]) } catch { return error.description }
    return nil
  }

  @Test(arguments: names) func settingsOutOfRangeOrUnreadable(_ name: String) throws {
    let entry = try RuleCatalog.entry(named: name)
    #expect(entry.settings.contains { $0.name == "rate" && $0.lower ?? 0 > 0 })
    for setting in entry.settings {
      #expect(refusal(entry, setting.name, setting.defaultValue) == nil, "\(setting.name)")
      let words = try #require(refusal(entry, setting.name, "much"), "\(setting.name)=much was accepted")
      #expect(words.hasPrefix("setting \(setting.name)=much cannot be read; expected "), "\(words)")
      guard let lower = setting.lower, let upper = setting.upper else {
        #expect(setting.choices != nil, "\(setting.name) has neither range nor choices")
        continue
      }
      // Whole numbers beyond `Int` cannot be read; both are refused with what is allowed or expected.
      let isWhole = Int(setting.defaultValue) != nil
      let below = isWhole ? "\(Int(lower) - 1)" : "\(lower - max(1, abs(lower)))"
      let above = isWhole ? "\(Int(upper) + 1)" : "\(2 * upper + 1)"
      for text in [below, above] + (isWhole ? [] : ["nan", "inf"]) {
        let said = try #require(refusal(entry, setting.name, text), "\(setting.name)=\(text) was accepted")
        #expect(said == "setting \(setting.name)=\(text) is out of range; allowed is \(lower) … \(upper)")
      }
    }
  }

  @Test(arguments: names) func misspeltSettingsHaveANearestOne(_ name: String) throws {
    let entry = try RuleCatalog.entry(named: name)
    for setting in entry.settings {
      // The last letter twice is one letter too many, and of no other setting.
      let misspelt = setting.name + String(setting.name.suffix(1))
      let said = try #require(refusal(entry, misspelt, setting.defaultValue), "\(misspelt) was accepted")
      #expect(said == "\(name) has no setting '\(misspelt)'; did you mean '\(setting.name)'?")
    }
    let far = refusal(entry, "something-else", "1")
    #expect(far == "\(name) has no setting 'something-else'; 'gradus explain \(name)' lists them")
  }

  @Test(arguments: names) func learningRatesOfZeroOrBelow(_ name: String) throws {
    let entry = try RuleCatalog.entry(named: name)
    for rate in ["0", "-0.1"] {
      let said = try #require(refusal(entry, "rate", rate))
      #expect(said.hasPrefix("setting rate=\(rate) is out of range; allowed is "), "\(said)")
    }
  }

  @Test(arguments: names) func misspeltNamesHaveANearestOne(_ name: String) throws {
    do throws(UnknownRule) {
      _ = try RuleCatalog.entry(named: name + name.suffix(1))
      Issue.record("\(name + name.suffix(1)) was found")
    } catch {
      #expect(error.description == "there is no update rule '\(name + name.suffix(1))'; did you mean '\(name)'?")
    }
  }

  // MARK: Layouts, gradients, states

  private static let tensors = Layout([("w", [3, 4]), ("b", [5])])

  private func begun<Rule: CataloguedRule>(_ rule: Rule) throws -> (FirstOrder<Rule>, FirstOrder<Rule>.State) {
    let method = FirstOrder(rule, layout: Self.tensors)
    let start = Vector((0..<17).map { cos(Double($0)) })
    return (method, try method.start(Unconstrained(start: start), random: RandomStream(seed: 1)))
  }

  private func refuseLayout<Rule: CataloguedRule>(_ rule: Rule) {
    let method = FirstOrder(rule, layout: Self.tensors)
    do {
      _ = try method.start(Unconstrained(start: .zeros(16)), random: RandomStream(seed: 1))
      Issue.record("a layout of 17 numbers was accepted for 16")
    } catch {
      #expect(
        "\(error)"
          == "\(Rule.card.name) needs a layout of 16 numbers, as many as the problem has, but was given one of 17. "
          + "Correct the shapes of the layout.")
    }
  }

  @Test(arguments: names) func layoutsThatDoNotFit(_ name: String) throws {
    refuseLayout(try RuleCatalog.entry(named: name).open())
  }

  /// One good step, and then an answer that is none.
  private func end<Rule: CataloguedRule>(_ rule: Rule, with gradient: Vector) throws {
    var (method, s) = try begun(rule)
    let first = try #require(method.ask(&s))
    let good = Vector((0..<17).map { sin(Double($0)) })
    method.tell(&s, Linearization(value: 5, gradient: good), to: first)
    let second = try #require(method.ask(&s))
    method.tell(&s, Linearization(value: 4, gradient: gradient), to: second)
    #expect(method.ask(&s) == nil)
    let report = method.report(s)
    #expect(report.claim == .failed)
    #expect(report.value == 5 && report.point == first.point)
  }

  @Test(arguments: names) func gradientsThatAreNoneEndARunWithTheBestBefore(_ name: String) throws {
    let rule = try RuleCatalog.entry(named: name).open()
    var broken = Vector(repeating: 1, count: 17)
    broken[13] = .nan
    try end(rule, with: broken)
    try end(rule, with: Vector(repeating: 1, count: 16))
  }

  /// A training stays where it was, and says which tensor it is.
  private func train<Rule: CataloguedRule>(_ rule: Rule) {
    let trainer = Trainer(rule, batchSize: 2, steps: 10)
    let start = Buffer((0..<17).map { Float(cos(Double($0))) })
    let problem = Training(
      layout: Self.tensors, start: start, observationCount: 4, modelFingerprint: 1, dataFingerprint: 2)
    var s = trainer.start(problem, random: RandomStream(seed: 1))
    guard let question = trainer.ask(&s) else {
      Issue.record("nothing was asked")
      return
    }
    var gradient = Buffer<Float>(repeating: 1, count: 17)
    gradient[13] = .nan
    trainer.tell(&s, Linearization(value: 1, gradient: gradient), to: question)
    #expect(s.bad?.tensor == "b" && s.bad?.step == 1)
    #expect(s.parameters == start)
    #expect(trainer.report(s).claim == .failed)
  }

  @Test(arguments: names) func noNumberInATraining(_ name: String) throws {
    train(try RuleCatalog.entry(named: name).open())
  }

  private func saved(_ rule: some CataloguedRule) throws -> Checkpoint {
    try Run(Unconstrained(start: .zeros(17)), by: FirstOrder(rule), seed: 1).checkpoint()
  }

  private func resumed(_ rule: some CataloguedRule, from checkpoint: Checkpoint) throws {
    func run<Rule: CataloguedRule>(_ rule: Rule) throws {
      _ = try Run<FirstOrder<Rule>>(resuming: checkpoint, of: Unconstrained(start: .zeros(17)), asking: nil)
    }
    try run(rule)
  }

  @Test(arguments: names.indices) func statesOfAnotherRule(_ index: Int) throws {
    let (name, other) = (Self.names[index], Self.names[(index + 1) % Self.names.count])
    let checkpoint = try saved(try RuleCatalog.entry(named: name).open())
    try resumed(try RuleCatalog.entry(named: name).open(), from: checkpoint)
    do {
      try resumed(try RuleCatalog.entry(named: other).open(), from: checkpoint)
      Issue.record("\(other) went on with a state of \(name)")
    } catch let error as CheckpointMismatch {
      #expect(
        error.cause == "it was saved by the method \(name), this is \(other); choose that one, or start anew")
    }
  }
}
