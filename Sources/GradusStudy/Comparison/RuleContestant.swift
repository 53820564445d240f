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

  /// `rule` or `rule,setting=value,…`. Rates from a thirtieth to thirty times the rule's own are searched, unless the rate is
  /// among the settings or `isTuned` is false. Throws for names that do not exist and values out of range.
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
    self.fixed = fixed
    name = text
    let rule = try entry.open(fixed)
    let own = Self.rate(of: rule)
    if isTuned, !fixed.contains(where: { $0.name == "rate" }), let own, own > 0 {
      rates = own / 30...own * 30
    } else {
      rates = nil
    }
  }

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
  public func rule(rate: Double?) throws -> any CataloguedRule {
    try entry.open(fixed + (rate.map { [("rate", "\($0)")] } ?? []))
  }

  private static func rate<Rule: CataloguedRule>(of rule: Rule) -> Double? {
    Rule.settings.first { $0.name == "rate" }.flatMap { Double($0.read(rule)) }
  }
}
