// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard
import GradusModeling

/// Reads values and mappings of a spec; every error has its line and column.
struct SpecReader {
  let source: SourceText

  func error(_ node: DocumentNode, _ cause: String, _ expected: String) -> ReadError {
    source.error(at: node.offset, cause, expected: expected)
  }

  /// The text of a value.
  func text(_ node: DocumentNode, _ name: String, _ expected: String = "a value") throws(ReadError) -> String {
    guard let scalar = node.scalar else { throw error(node, "\(name) is \(node.what)", expected) }
    return scalar.text
  }

  func number(_ node: DocumentNode, _ name: String, _ range: ClosedRange<Double>) throws(ReadError) -> Double {
    let expected = "a number from \(Numbers.short(range.lowerBound)) to \(Numbers.short(range.upperBound))"
    let text = try text(node, name, expected)
    guard let value = Double(text), range.contains(value) else { throw error(node, "\(name) is '\(text)'", expected) }
    return value
  }

  func whole(_ node: DocumentNode, _ name: String, _ range: ClosedRange<Int>) throws(ReadError) -> Int {
    let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    let text = try text(node, name, expected)
    guard let value = Int(text), range.contains(value) else { throw error(node, "\(name) is '\(text)'", expected) }
    return value
  }

  func truth(_ node: DocumentNode, _ name: String) throws(ReadError) -> Bool {
    let text = try text(node, name, "true or false")
    guard let value = Bool(text) else { throw error(node, "\(name) is '\(text)'", "true or false") }
    return value
  }

  func choice<C: RawRepresentable & CaseIterable>(_ node: DocumentNode, _ name: String, of type: C.Type = C.self)
    throws(ReadError) -> C
  where C.RawValue == String {
    let known = C.allCases.map(\.rawValue)
    let text = try text(node, name, "one of \(known.joined(separator: ", "))")
    guard let value = C(rawValue: text) else {
      let near = nearest(to: text, among: known).map { "'\($0)'" } ?? "one of \(known.joined(separator: ", "))"
      throw error(node, "\(name) is '\(text)'", near)
    }
    return value
  }

  /// The entries of a mapping with these names alone; the nearest is offered for another.
  func entries(
    _ node: DocumentNode, of name: String, known: [String], example: String
  ) throws(ReadError) -> [DocumentNode.Entry] {
    guard case .mapping(let entries) = node.content, !entries.isEmpty else {
      throw error(node, "\(name) is \(node.what)", example)
    }
    for entry in entries where !known.contains(entry.key.text) {
      let near =
        nearest(to: entry.key.text, among: known).map { "'\($0)'" } ?? "one of \(known.joined(separator: ", "))"
      throw source.error(at: entry.key.offset, "'\(entry.key.text)' is no part of \(name)", expected: near)
    }
    return entries
  }

  /// The only entry of a mapping.
  func only(
    _ node: DocumentNode, of name: String, known: [String], example: String
  ) throws(ReadError) -> DocumentNode.Entry {
    let entries = try entries(node, of: name, known: known, example: example)
    guard entries.count == 1 else {
      throw source.error(at: entries[1].key.offset, "\(name) is said twice", expected: example)
    }
    return entries[0]
  }
}
