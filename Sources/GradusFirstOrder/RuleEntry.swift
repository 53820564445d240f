// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// A rule as trainings and the command line see it: opened by name, with settings as text.
public struct RuleEntry: Sendable {
  /// The rule as a method for unconstrained problems.
  public let method: MethodEntry
  public let card: Card
  public let settings: [SettingDescription]
  /// What the rule does, formulas first: the documentation of its type.
  public let page: String
  public let type: any CataloguedRule.Type
  private let opener: @Sendable ([(name: String, value: String)]) throws(SettingError) -> any CataloguedRule

  /// `page` is the documentation of the type, formulas first.
  public init<Rule: CataloguedRule>(_ type: Rule.Type, page: String = "") {
    method = MethodEntry(FirstOrder<Rule>.self, page: page)
    card = Rule.card
    settings = Rule.settings.map { SettingDescription($0, of: Rule()) }
    self.page = page
    self.type = type
    opener = { (changes) throws(SettingError) in try Rule(settings: changes) }
  }

  /// The rule with its defaults and these changes. Throws where a name is misspelt or a value out of range.
  public func open(_ settings: [(name: String, value: String)] = []) throws(SettingError) -> any CataloguedRule {
    try opener(settings)
  }
}

/// No rule has this name.
public struct UnknownRule: Error, Sendable, Hashable, CustomStringConvertible {
  public var name: String
  public var nearest: String?

  public var description: String {
    "there is no update rule '\(name)'" + (nearest.map { "; did you mean '\($0)'?" } ?? "; 'gradus methods' lists them")
  }
}

/// The update rules as methods of the catalog.
public enum FirstOrderCatalog {
  /// One entry a rule.
  public static let entries = RuleCatalog.entries.map(\.method)
}

extension RuleCatalog {
  /// The rule with this name on its card; the error names the nearest.
  public static func entry(named name: String) throws(UnknownRule) -> RuleEntry {
    guard let entry = entries.first(where: { $0.card.name == name }) else {
      throw UnknownRule(name: name, nearest: nearest(to: name, among: entries.map(\.card.name)))
    }
    return entry
  }
}
