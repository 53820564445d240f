// SPDX-License-Identifier: Apache-2.0

/// Numbers that AMPL and a solver attach to variables, rows, objectives or the whole problem, by name.
public struct NLSuffix: Sendable, Hashable {
  /// What the numbers belong to; the raw values are those of the format.
  public enum Kind: Int, Sendable, Hashable, CaseIterable { case variable, row, objective, problem }

  public var name: String
  public var kind: Kind
  /// True when the numbers are real, false when they are whole.
  public var isReal: Bool
  /// Positions and numbers that are not 0.
  public var values: [(index: Int, value: Double)]

  public init(_ name: String, _ kind: Kind, isReal: Bool = true, values: [(index: Int, value: Double)]) {
    self.name = name
    self.kind = kind
    self.isReal = isReal
    self.values = values
  }

  /// The code of the kind in `.nl` and `.sol` files: +4 for real numbers.
  var code: Int { kind.rawValue + (isReal ? 4 : 0) }

  public static func == (a: Self, b: Self) -> Bool {
    a.name == b.name && a.kind == b.kind && a.isReal == b.isReal && a.values.elementsEqual(b.values, by: ==)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(kind)
    hasher.combine(values.count)
  }
}
