// SPDX-License-Identifier: Apache-2.0

/// The members of a product of sets in the order of a parameter's numbers: the last set runs fastest.
package struct DataPlaces: Sendable {
  /// One element (of one or more parts) for each set, by place.
  package private(set) var members: [[[String]]] = [[]]
  private var places: [[String]: Int] = [:]

  /// More members than this are none: no parameter has as many numbers.
  static let limit = 10_000_000

  /// No members where a set is unknown. Cost: linear in their number.
  package init(_ statement: FiveElementStatement, _ over: [String]) {
    for name in over {
      let elements = statement.sets.first { $0.name == name }?.elements ?? []
      guard members.count * elements.count <= Self.limit else {
        members = []
        return
      }
      members = members.flatMap { head in elements.map { head + [$0] } }
    }
    for (k, member) in members.enumerated() { places[member.flatMap { $0 }] = k }
  }

  /// The place of a member, by the parts of its elements in a row.
  package subscript(parts: [String]) -> Int? { places[parts] }
}
