// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// Numbers under names, brought into the order of a form.
struct OrderedNumbers {
  var values: [Double]
  /// Names of the form that were not given.
  var missing: [String]

  /// Throws the sentence that refutes the table: a name the form does not have, one that comes twice, or a value that is
  /// no finite number.
  init(_ given: NamedNumbers, over names: NameTable, _ subject: String) throws(Refutation) {
    var place: [String: Int] = [:]
    place.reserveCapacity(names.count)
    for i in names.indices { place[names[i]] = i }
    values = [Double](repeating: 0, count: names.count)
    var seen = [Bool](repeating: false, count: names.count)
    for k in given.values.indices {
      let name = given.names[k]
      guard let i = place[name] else {
        throw Refutation(text: "the \(subject) names '\(name)', which the problem lacks")
      }
      guard !seen[i] else { throw Refutation(text: "the \(subject) gives '\(name)' twice") }
      guard given.values[k].isFinite else {
        throw Refutation(text: "the \(subject) of '\(name)' is \(given.values[k]), not a finite number")
      }
      seen[i] = true
      values[i] = given.values[k]
    }
    missing = seen.allSatisfy { $0 } ? [] : names.indices.lazy.filter { !seen[$0] }.map { names[$0] }
  }
}

/// A claim is false; the text says which and why.
struct Refutation: Error {
  var text: String
}

extension Tolerances {
  /// The stricter of these and the standard ones; gaps stay as stated.
  var capped: Tolerances {
    let standard = Tolerances()
    var t = self
    func cap(_ stated: Double, _ limit: Double) -> Double { stated >= 0 ? min(stated, limit) : limit }
    t.feasibility = cap(feasibility, standard.feasibility)
    t.dual = cap(dual, standard.dual)
    t.integrality = cap(integrality, standard.integrality)
    t.gapRelative = gapRelative >= 0 ? gapRelative : standard.gapRelative
    t.gapAbsolute = gapAbsolute >= 0 ? gapAbsolute : standard.gapAbsolute
    return t
  }

  /// True when some tolerance is wider than the standard one.
  var areWide: Bool {
    let standard = Tolerances()
    return !(feasibility <= standard.feasibility && dual <= standard.dual && integrality <= standard.integrality)
  }
}
