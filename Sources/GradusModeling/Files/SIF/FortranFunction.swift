// SPDX-License-Identifier: Apache-2.0

/// The intrinsic functions of Fortran that formulas know, with the names for double precision.
struct FortranFunction {
  private enum Meaning {
    case unary(FormulaOperation)
    case binary(FormulaOperation)
    case extremum(FormulaOperation)
    /// A change of precision.
    case toReal
    case toInteger(FormulaOperation)
    case sign, positiveDifference
  }

  private let meaning: Meaning

  init?(_ name: String) {
    switch name {
    case "ABS", "DABS", "IABS": meaning = .unary(.absolute)
    case "SQRT", "DSQRT": meaning = .unary(.squareRoot)
    case "EXP", "DEXP": meaning = .unary(.exponential)
    case "LOG", "DLOG", "ALOG": meaning = .unary(.logarithm)
    case "LOG10", "DLOG10", "ALOG10": meaning = .unary(.logarithm10)
    case "SIN", "DSIN": meaning = .unary(.sine)
    case "COS", "DCOS": meaning = .unary(.cosine)
    case "TAN", "DTAN": meaning = .unary(.tangent)
    case "ASIN", "DASIN": meaning = .unary(.arcSine)
    case "ACOS", "DACOS": meaning = .unary(.arcCosine)
    case "ATAN", "DATAN": meaning = .unary(.arcTangent)
    case "SINH", "DSINH": meaning = .unary(.hyperbolicSine)
    case "COSH", "DCOSH": meaning = .unary(.hyperbolicCosine)
    case "TANH", "DTANH": meaning = .unary(.hyperbolicTangent)
    case "ATAN2", "DATAN2": meaning = .binary(.arcTangent2)
    case "MOD", "DMOD", "AMOD": meaning = .binary(.remainder)
    case "MIN", "DMIN1", "AMIN1", "MIN0": meaning = .extremum(.minimum)
    case "MAX", "DMAX1", "AMAX1", "MAX0": meaning = .extremum(.maximum)
    case "SIGN", "DSIGN", "ISIGN": meaning = .sign
    case "DIM", "DDIM", "IDIM": meaning = .positiveDifference
    case "DBLE", "FLOAT", "DFLOAT": meaning = .toReal
    case "INT", "IDINT", "IFIX": meaning = .toInteger(.truncate)
    case "NINT", "IDNINT": meaning = .toInteger(.round)
    default: return nil
    }
  }

  var takesMany: Bool { if case .extremum = meaning { true } else { false } }

  var isIdentity: Bool { if case .toReal = meaning { true } else { false } }

  var argumentCount: Int {
    switch meaning {
    case .unary, .toReal, .toInteger: 1
    default: 2
    }
  }

  func instruction(_ kind: FortranKind) -> FortranInstruction {
    switch meaning {
    case .unary(let operation), .toInteger(let operation): .unary(operation)
    case .binary(let operation), .extremum(let operation): .binary(operation)
    case .sign: .sign
    case .positiveDifference: .positiveDifference
    case .toReal: preconditionFailure("a change of precision is no instruction")
    }
  }

  /// What the value is for arguments of `kind`.
  func kind(of kind: FortranKind) -> FortranKind {
    switch meaning {
    case .unary(.absolute), .binary(.remainder), .extremum, .sign, .positiveDifference: kind
    case .toInteger: .integer
    default: .real
    }
  }
}
