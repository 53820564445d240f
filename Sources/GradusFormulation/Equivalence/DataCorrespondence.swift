// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
public import GradusModeling

/// Which number of one statement's data is which of another's.
///
/// Parameters of equal name and members are partners, number by number; the other numbers are partners where exactly one number of
/// the rest is equal to them. New data of the first are then carried over: an equal number becomes the new one, and a number that
/// differed keeps its ratio, so that a wrong number stays as wrong as it was.
public struct DataCorrespondence: Sendable {
  private struct Place: Hashable {
    var parameter: Int
    var number: Int
  }

  private let first: FiveElementStatement
  private let second: FiveElementStatement
  private var partners: [Place: Place] = [:]
  /// The parameter of the first or second statement that has no partner; nil where all have.
  public private(set) var unmatched: String?

  /// Cost: linear in the numbers, times the logarithm of those without partners by name.
  public init(_ first: FiveElementStatement, _ second: FiveElementStatement) {
    self.first = first
    self.second = second
    var isFree = Set(first.parameters.indices)
    var rest: [Int] = []
    for (l, parameter) in second.parameters.enumerated() {
      guard let k = first.parameters.firstIndex(where: { $0.name == parameter.name }), pair(k, l) else {
        rest.append(l)
        continue
      }
      isFree.remove(k)
    }
    pairByNumber(rest, free: isFree.sorted())
    if unmatched == nil {
      let used = Set(partners.values.map(\.parameter))
      unmatched = first.parameters.indices.first { !used.contains($0) && isUsed(first.parameters[$0]) }.map {
        first.parameters[$0].name
      }
    }
  }

  private func isUsed(_ parameter: FiveElementStatement.Parameter) -> Bool { !first.roles(of: parameter.name).isEmpty }

  /// Pairs the numbers of two parameters by the names of their members; false where these differ.
  private mutating func pair(_ k: Int, _ l: Int) -> Bool {
    let (a, b) = (first.parameters[k], second.parameters[l])
    guard a.values.count == b.values.count, a.over.count == b.over.count else { return false }
    let own = DataPlaces(first, a.over)
    let others = DataPlaces(second, b.over)
    var found: [(Place, Place)] = []
    for (place, member) in others.members.enumerated() where place < b.values.count {
      guard let target = own[member.flatMap { $0 }], target < a.values.count else { return false }
      found.append((Place(parameter: l, number: place), Place(parameter: k, number: target)))
    }
    guard found.count == b.values.count else { return false }
    for (x, y) in found { partners[x] = y }
    return true
  }

  private mutating func pairByNumber(_ rest: [Int], free: [Int]) {
    var places: [Double: [Place]] = [:]
    for k in free {
      for (n, value) in first.parameters[k].values.enumerated() {
        places[value, default: []].append(Place(parameter: k, number: n))
      }
    }
    for l in rest {
      // All numbers of one parameter in the same order are its partner, even where some of them are equal.
      let alike = free.filter { first.parameters[$0].values == second.parameters[l].values }
      let isAlone = alike.count == 1 && Set(alike.flatMap { first.parameters[$0].values }).count > 1
      for (n, value) in second.parameters[l].values.enumerated() {
        if isAlone {
          partners[Place(parameter: l, number: n)] = Place(parameter: alike[0], number: n)
        } else if let found = places[value], found.count == 1 {
          partners[Place(parameter: l, number: n)] = found[0]
        } else if value != 0, value != 1 {
          unmatched = unmatched ?? second.parameters[l].name
        }
      }
    }
  }

  /// The second statement with the data of `resampled`, which is the first one with other numbers.
  public func carried(_ resampled: FiveElementStatement) -> FiveElementStatement {
    var result = second
    for l in second.parameters.indices {
      for n in second.parameters[l].values.indices {
        guard let place = partners[Place(parameter: l, number: n)],
          resampled.parameters.indices.contains(place.parameter),
          resampled.parameters[place.parameter].values.indices.contains(place.number)
        else { continue }
        let value = second.parameters[l].values[n]
        let old = first.parameters[place.parameter].values[place.number]
        let new = resampled.parameters[place.parameter].values[place.number]
        if value == old {
          result.parameters[l].values[n] = new
        } else if old != 0, (value * (new / old)).isFinite {
          result.parameters[l].values[n] = value * (new / old)
        }
      }
    }
    return result
  }
}
