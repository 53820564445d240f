// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// Tells a statement sentence by sentence: each in one of several wordings, data as lists or small tables.
struct Telling {
  let model: FiveElementStatement
  let story: StorySetting
  private var stream: RandomStream
  private let isGrouped: Bool
  private var text = ""

  init(_ model: FiveElementStatement, _ story: StorySetting, _ stream: inout RandomStream) {
    self.model = model
    self.story = story
    self.stream = stream.child("telling", Int(stream.next() >> 1))
    isGrouped = self.stream.uniform() < 0.5
  }

  /// One of the wordings of a sentence.
  mutating func say(_ wordings: String...) { append(chosen(wordings)) }

  /// A parameter's only number, with its unit.
  func number(_ parameter: String) -> String {
    guard let found = model.parameters.first(where: { $0.name == parameter }), let value = found.values.first else {
      return "nothing"
    }
    return NumberWording.quantity(value, found.unit, isGrouped: isGrouped)
  }

  /// `tent, lamp and stove`
  func list(_ set: String) -> String { Self.joined(labels(of: set)) }

  func size(_ set: String) -> Int { model.size(set) }

  /// The numbers of parameters over the same sets, behind one of the wordings, which end without a point.
  mutating func data(_ columns: [(parameter: String, meaning: String)], _ wordings: String...) {
    let found = columns.compactMap { column in
      model.parameters.first { $0.name == column.parameter }.map { (meaning: column.meaning, parameter: $0) }
    }
    let lead = chosen(wordings)
    let style = stream.integer(below: 3)
    if let only = found.first, found.count == 1, only.parameter.over.count == 2 {
      matrix(only.parameter, lead, style)
    } else if let first = found.first, first.parameter.over.count == 1 {
      rows(found, first.parameter.over[0], lead, style)
    }
  }

  /// For each element of the first set of a set of pairs, those that stand beside it: `A: x and y; B: z`.
  func partners(in set: String, of first: String, at place: Int = 0) -> String {
    let pairs = model.elements(set).filter { $0.count == 2 }
    return model.elements(first).compactMap(\.first).map { element in
      "\(element): \(Self.joined(pairs.filter { $0[place] == element }.map { $0[1 - place] }))"
    }.joined(separator: "; ")
  }

  /// What was told.
  func finish() -> String { text.last == "\n" ? String(text.dropLast()) : text }

  private mutating func chosen(_ wordings: [String]) -> String {
    wordings[stream.integer(below: max(1, wordings.count))]
  }

  private mutating func append(_ sentence: String) {
    if !text.isEmpty, text.last != "\n" { text += " " }
    text += Self.withArticles(sentence)
  }

  private mutating func appendTable(_ lead: String, _ lines: [[String]]) {
    append("\(lead):\n")
    text += lines.map { $0.joined(separator: " | ") }.joined(separator: "\n") + "\n"
  }

  /// Names as they are; numbers behind the noun of their set, since a number beside another says nothing.
  private func labels(of set: String) -> [String] {
    model.elements(set).map { element in
      let label = element.joined(separator: " to ")
      return label.allSatisfy(\.isNumber) ? "\(noun(set)) \(label)" : label
    }
  }

  private func noun(_ set: String) -> String { story[set] == set ? "name" : story[set] }

  /// `a` is `an` in front of a vowel, of those that the nouns here begin with.
  private static func withArticles(_ sentence: String) -> String {
    var words = sentence.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    for k in words.indices.dropLast() where words[k] == "a" || words[k] == "A" {
      let next = words[k + 1]
      let isSpokenWithY = ["uni", "use", "one"].contains { next.hasPrefix($0) }
      if let first = next.first, "aeiou".contains(first), !isSpokenWithY { words[k] += "n" }
    }
    return words.joined(separator: " ")
  }

  private func heading(_ meaning: String, _ unit: String?) -> String {
    guard let unit, unit != "1" else { return meaning }
    return "\(meaning) (\(NumberWording.unit(unit)))"
  }

  private func plain(_ parameter: FiveElementStatement.Parameter, _ k: Int) -> String {
    k < parameter.values.count ? NumberWording.plain(parameter.values[k], isGrouped: isGrouped) : "unknown"
  }

  private func quantity(_ parameter: FiveElementStatement.Parameter, _ k: Int) -> String {
    k < parameter.values.count
      ? NumberWording.quantity(parameter.values[k], parameter.unit, isGrouped: isGrouped) : "unknown"
  }

  private mutating func rows(
    _ columns: [(meaning: String, parameter: FiveElementStatement.Parameter)], _ set: String, _ lead: String,
    _ style: Int
  ) {
    let labels = labels(of: set)
    switch style {
    case 0:
      let head = [noun(set)] + columns.map { heading($0.meaning, $0.parameter.unit) }
      appendTable(
        lead, [head] + labels.indices.map { k in [labels[k]] + columns.map { plain($0.parameter, k) } })
    case 1:
      let items = labels.indices.map { k in
        columns.count == 1
          ? "\(labels[k]) \(quantity(columns[0].parameter, k))"
          : "\(labels[k]) (\(columns.map { "\($0.meaning) \(quantity($0.parameter, k))" }.joined(separator: ", ")))"
      }
      append("\(lead): \(Self.joined(items)).")
    default:
      let parts = columns.map { column in
        let values = labels.indices.map { "\(quantity(column.parameter, $0)) for \(labels[$0])" }
        return columns.count == 1 ? Self.joined(values) : "\(column.meaning): \(Self.joined(values))"
      }
      append("\(lead): \(parts.joined(separator: "; ")).")
    }
  }

  private mutating func matrix(_ parameter: FiveElementStatement.Parameter, _ lead: String, _ style: Int) {
    let rows = labels(of: parameter.over[0]), columns = labels(of: parameter.over[1])
    let unit = parameter.unit.map { $0 == "1" ? "" : " (in \(NumberWording.unit($0)))" } ?? ""
    switch style {
    case 0:
      let head = [[noun(parameter.over[0])] + columns]
      appendTable(
        lead + unit,
        head + rows.indices.map { r in [rows[r]] + columns.indices.map { plain(parameter, r * columns.count + $0) } })
    case 1:
      let lines = rows.indices.map { r in
        let values = columns.indices.map { "\(columns[$0]) \(plain(parameter, r * columns.count + $0))" }
        return "\(rows[r]): \(values.joined(separator: ", "))"
      }
      append("\(lead)\(unit): \(lines.joined(separator: "; ")).")
    default:
      let lines = rows.indices.map { r in
        let values = columns.indices.map { "\(quantity(parameter, r * columns.count + $0)) (\(columns[$0]))" }
        return "for \(rows[r]) \(values.joined(separator: ", "))"
      }
      append("\(lead): \(lines.joined(separator: "; ")).")
    }
  }

  private static func joined(_ items: [String]) -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "none" }
    return items.dropLast().joined(separator: ", ") + " and " + last
  }
}
