// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard
import GradusModeling

extension TrainingSpec {
  /// A list of groups: `for` says which tensors, the rest what is different for them.
  func groups(
    _ node: DocumentNode, _ rule: RuleEntry, _ reader: SpecReader
  ) throws(ReadError) -> [TrainingParts.Group] {
    let example = "a list such as [{for: vectors, decay: 0}]"
    guard case .sequence(let items) = node.content else { throw reader.error(node, "groups is \(node.what)", example) }
    guard items.count <= 32 else { throw reader.error(items[32], "there are \(items.count) groups", "at most 32") }
    var groups: [TrainingParts.Group] = []
    for item in items { groups.append(try group(item, rule, reader)) }
    return groups
  }

  private func group(
    _ node: DocumentNode, _ main: RuleEntry, _ reader: SpecReader
  ) throws(ReadError) -> TrainingParts.Group {
    guard case .mapping(let entries) = node.content else {
      throw reader.error(node, "a group is \(node.what)", "a mapping such as {for: vectors, decay: 0}")
    }
    guard let meant = entries.first(where: { $0.key.text == "for" }) else {
      throw reader.error(
        node, "a group does not say which tensors", "for: vectors, for: matrices, or for: a pattern of names")
    }
    let pattern = TensorPattern(try reader.text(meant.value, "for", "vectors, matrices, or a pattern of names"))
    var group = TrainingParts.Group(
      pattern: pattern, settings: settings,
      failure: reader.error(meant.value, "'\(pattern)' means no tensor", "one of the names of the model"))
    var rule = main
    if let named = entries.first(where: { $0.key.text == "rule" }) {
      rule = try entry(named.value, reader)
      group.rule = rule.card.name
      group.settings = []
    }
    for part in entries {
      let (name, value) = (part.key.text, part.value)
      switch name {
      case "for", "rule": break
      case "frozen": group.isFrozen = try reader.truth(value, name)
      default:
        let own = rule.settings.map(\.name)
        guard own.contains(name) else {
          let near = nearest(to: name, among: own + ["for", "rule", "frozen"]).map { "'\($0)'" }
          throw reader.source.error(
            at: part.key.offset, "'\(name)' is no setting of \(rule.card.name)",
            expected: near ?? "one of \(own.joined(separator: ", "))")
        }
        let text = try reader.text(value, name)
        try check(name, text, at: value.offset, rule, reader.source)
        group.own[name] = text
        group.settings.removeAll { $0.name == name }
        group.settings.append((name, text))
      }
    }
    if group.isFrozen, group.rule != nil || !group.own.isEmpty {
      throw reader.error(node, "what is frozen has no rule or settings", "frozen: true alone")
    }
    if !group.isFrozen, group.rule == nil, group.own.isEmpty {
      throw reader.error(node, "a group says nothing of its tensors", "a setting, a rule, or frozen: true")
    }
    return group
  }

  /// The rule that is named here.
  func entry(_ node: DocumentNode, _ reader: SpecReader) throws(ReadError) -> RuleEntry {
    let name = try reader.text(node, "rule", "a name")
    do { return try RuleCatalog.entry(named: name) } catch {
      let known = RuleCatalog.entries.map(\.card.name)
      throw reader.error(
        node, "there is no rule '\(name)'",
        error.nearest.map { "'\($0)'" } ?? "one of \(known.joined(separator: ", "))")
    }
  }

  /// Refuses a value that a setting of the rule cannot have.
  func check(
    _ name: String, _ text: String, at offset: Int, _ rule: RuleEntry, _ source: SourceText
  ) throws(ReadError) {
    do { _ = try rule.open([(name, text)]) } catch {
      let setting = rule.settings.first { $0.name == name }
      let expected =
        if let choices = setting?.choices { "one of \(choices.joined(separator: ", "))" } else {
          "a number from \(Numbers.short(setting?.lower)) to \(Numbers.short(setting?.upper))"
        }
      throw source.error(at: offset, "\(name) is '\(text)'", expected: expected)
    }
  }
}
