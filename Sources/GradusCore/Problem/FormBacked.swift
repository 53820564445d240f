// SPDX-License-Identifier: Apache-2.0

/// A problem class that is a standard form with a promise about what occurs in it.
public protocol FormBacked: Fingerprinted {
  /// The data, in the user's order and units.
  var form: StandardForm { get }
}

/// Linear objective and rows, continuous variables.
public struct LinearProgram: FormBacked {
  public let form: StandardForm
  public let fingerprint: UInt64

  /// Throws `Unsuitable` when the form holds more than a linear program.
  public init(_ form: StandardForm) throws {
    try form.require(
      "linear rows and objective over continuous variables", for: "a linear program", integers: false,
      quadraticObjective: false)
    self.form = form
    fingerprint = form.fingerprint
  }
}

/// Linear objective and rows, continuous, integer and semi-continuous variables; a linear program is a special case.
public struct MixedIntegerProgram: FormBacked {
  public let form: StandardForm
  public let fingerprint: UInt64

  /// Throws `Unsuitable` when the form holds quadratic terms, sets or indicators.
  public init(_ form: StandardForm) throws {
    try form.require(
      "linear rows and objective", for: "a mixed-integer linear program", integers: true, quadraticObjective: false)
    self.form = form
    fingerprint = form.fingerprint
  }
}

/// Quadratic objective, linear rows, continuous variables; a linear program is a special case.
public struct QuadraticProgram: FormBacked {
  public let form: StandardForm
  public let fingerprint: UInt64

  /// Throws `Unsuitable` when the form holds integers, sets, indicators or quadratic rows.
  public init(_ form: StandardForm) throws {
    try form.require(
      "linear rows and continuous variables", for: "a quadratic program", integers: false, quadraticObjective: true)
    self.form = form
    fingerprint = form.fingerprint
  }
}

extension StandardForm: Fingerprinted {
  /// Throws `Unsuitable` when the form holds more than the class described, which `needs` puts in words.
  package func require(
    _ needs: String, for method: String, integers: Bool, quadraticObjective: Bool
  ) throws(Unsuitable) {
    guard let excess = excess(integers: integers, quadraticObjective: quadraticObjective) else { return }
    throw Unsuitable(method: method, needs: needs, found: excess, remedy: "See 'gradus methods --for FILE'.")
  }

  /// What the form holds beyond the class described; nil when nothing.
  private func excess(integers: Bool, quadraticObjective: Bool) -> String? {
    if !quadraticObjective, quadratic != nil { return "a quadratic objective" }
    if !quadraticTerms.isEmpty { return "quadratic constraints" }
    if !specialOrderedSets.isEmpty { return "special ordered sets" }
    if !indicators.isEmpty { return "indicator constraints" }
    if !integers, kinds.contains(where: { $0 != .continuous }) { return "integer or semi-continuous variables" }
    return nil
  }

  /// Of all numbers and kinds; names do not count.
  public var fingerprint: UInt64 {
    var print = Fingerprint()
    print.mix(sense == .minimize ? 0 : 1)
    print.mix(objectiveOffset)
    print.mix(costs)
    if let quadratic { print.mix(quadratic) }
    print.mix(matrix)
    print.mix(rowLower)
    print.mix(rowUpper)
    print.mix(columnLower)
    print.mix(columnUpper)
    print.mix(bytes: kinds.map(\.rawValue))
    for term in quadraticTerms {
      print.mix(term.row)
      print.mix(term.matrix)
    }
    for set in specialOrderedSets {
      print.mix(set.kind.rawValue)
      print.mix(set.columns.map { Int32($0) })
      print.mix(set.weights)
    }
    for indicator in indicators {
      print.mix(indicator.row)
      print.mix(indicator.column)
      print.mix(indicator.active ? 1 : 0)
    }
    return print.value
  }
}
