// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusFirstOrder
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// An update rule that takes part in a comparison, with what is fixed and what is tuned.
public struct RuleContestant: Sendable {
  /// As it was written: the rule, and settings that differ from its own.
  public let name: String
  public let entry: RuleEntry
  /// Settings that all trials share.
  public let fixed: [(name: String, value: String)]
  /// Between which learning rates are searched, in equal ratios; nil: the rate is as it is.
  public let rates: ClosedRange<Double>?
  /// γ of the polynomial average that is judged in the place of the last point; nil: the last point.
  public let average: Double?
  /// Whether a factor of the rule's steps is learned (`Mechanized`).
  public let isMechanized: Bool
  /// What one setting for all workloads says about the schedule; nil: that of the comparison.
  public let frozen: FrozenSetting?

  /// `rule` or `rule,setting=value,…`. Rates from a thirtieth to thirty times the rule's own are searched, unless the rate is
  /// among the settings or `isTuned` is false. Beside the rule's own settings, `average=γ` judges the polynomial average of
  /// the points, and `mechanic=true` learns a factor of the steps, whose rate is then 1 unless it is set. Throws for names
  /// that do not exist and values out of range.
  public init(_ text: String, isTuned: Bool = true) throws {
    let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    entry = try RuleCatalog.entry(named: words[0])
    var fixed: [(name: String, value: String)] = []
    for word in words.dropFirst() {
      guard let split = word.firstIndex(of: "="), split != word.startIndex else {
        throw Malformed(description: "'\(word)' in '\(text)' is no setting; write name=value")
      }
      fixed.append((String(word[..<split]), String(word[word.index(after: split)...])))
    }
    let own = Set(entry.settings.map(\.name))
    func taken(_ name: String) -> String? {
      guard !own.contains(name), let place = fixed.firstIndex(where: { $0.name == name }) else { return nil }
      return fixed.remove(at: place).value
    }
    average = try taken("average").map { text in
      guard let value = Double(text), (0...1000).contains(value) else {
        throw Malformed(description: "average=\(text): expected an exponent from 0 to 1000")
      }
      return value
    }
    isMechanized =
      try taken("mechanic").map { text in
        guard let value = Bool(text) else { throw Malformed(description: "mechanic=\(text): expected true or false") }
        return value
      } ?? false
    if isMechanized, own.contains("rate"), !fixed.contains(where: { $0.name == "rate" }) { fixed.append(("rate", "1")) }
    self.fixed = fixed
    name = text
    frozen = nil
    let rule = try entry.open(fixed)
    let usual = Self.rate(of: rule)
    if isTuned, !fixed.contains(where: { $0.name == "rate" }), let usual, usual > 0 {
      rates = usual / 30...usual * 30
    } else {
      rates = nil
    }
  }

  /// This contestant with one setting for all workloads and nothing left to tune.
  public init(_ contestant: RuleContestant, frozen: FrozenSetting) {
    (name, entry, average) = (contestant.name, contestant.entry, contestant.average)
    isMechanized = contestant.isMechanized
    let changed = Set(frozen.changes.map(\.name))
    fixed = contestant.fixed.filter { !changed.contains($0.name) } + frozen.changes.map { ($0.name, $0.value) }
    rates = nil
    self.frozen = frozen
  }

  /// Rules that need no learning rate, as contestants.
  public static let learningRateFree = [
    "prodigy", "dadapt-adam", "dog,average=8", "dowg,average=8", "momo-adam", "mechanic", "cocob",
  ]

  /// A contestant that cannot be read.
  public struct Malformed: Error, Sendable, Hashable, CustomStringConvertible {
    public var description: String
  }

  /// The learning rate of trial k, from an additive sequence that fills the range evenly however many trials there are.
  ///
  /// **Reference** M. Roberts, *The unreasonable effectiveness of quasirandom sequences* (2018), in one dimension: k/φ mod 1.
  public func rate(ofTrial k: Int, shift: Double) -> Double? {
    guard let rates else { return nil }
    let place = (shift + Double(k) * 0.618_033_988_749_894_9).truncatingRemainder(dividingBy: 1)
    return rates.lowerBound * exp(place * log(rates.upperBound / rates.lowerBound))
  }

  /// The rule with this learning rate.
  public func rule(rate: Double?) throws -> any UpdateRule {
    let rule = try entry.open(fixed + (rate.map { [("rate", "\($0)")] } ?? []))
    return wrapped(rule)
  }

  private func wrapped(_ rule: some UpdateRule) -> any UpdateRule {
    isMechanized ? averaged(Mechanized(rule)) : averaged(rule)
  }

  private func averaged(_ rule: some UpdateRule) -> any UpdateRule {
    if let average { Averaged(rule, .polynomial(average)) } else { rule }
  }

  /// Everything about it that a training depends on.
  var identity: String {
    "\(name) \(fixed.map { "\($0.name)=\($0.value)" }) \(rates.map { "\($0)" } ?? "untuned")"
      + (frozen.map { " \($0.warmup) \($0.length)" } ?? "")
  }

  private static func rate<Rule: CataloguedRule>(of rule: Rule) -> Double? {
    Rule.settings.first { $0.name == "rate" }.flatMap { Double($0.read(rule)) }
  }
}
