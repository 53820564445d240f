// SPDX-License-Identifier: Apache-2.0

/// The sections of an MPS file that are read, by the word in column 1.
enum MPSSection: String, CaseIterable {
  case name = "NAME"
  case objectiveSense = "OBJSENSE"
  case objectiveName = "OBJNAME"
  case rows = "ROWS"
  case columns = "COLUMNS"
  case sides = "RHS"
  case ranges = "RANGES"
  case bounds = "BOUNDS"
  case quadraticTriangle = "QUADOBJ"
  case quadraticMatrix = "QMATRIX"
  case quadraticSection = "QSECTION"
  case quadraticConstraint = "QCMATRIX"
  case specialOrderedSets = "SOS"
  case sets = "SETS"
  case indicators = "INDICATORS"
  case end = "ENDATA"

  /// Sections with something behind the word on the same line.
  var takesArgument: Bool {
    switch self {
    case .name, .objectiveSense, .objectiveName, .quadraticSection, .quadraticConstraint: true
    default: false
    }
  }

  /// Sections that may stand more than once: one of them belongs to one row.
  var repeats: Bool { self == .quadraticSection || self == .quadraticConstraint }

  /// Sections that need the columns.
  var needsColumns: Bool {
    switch self {
    case .name, .objectiveSense, .objectiveName, .rows, .columns, .end: false
    default: true
    }
  }

  /// Sections that other programs write and that this reader refuses by name: they change the problem.
  static let refused: Set<String> = [
    "CSECTION", "LAZYCONS", "USERCUTS", "DELAYEDROWS", "MODELCUTS", "GENCONS", "PWLOBJ", "PWLNAM", "PWLCON",
    "SCENARIOS",
    "BRANCH", "SOS1", "SOS2", "GROUPS", "VARIABLES", "CONSTRAINTS", "ELEMENTS",
  ]

  static var known: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
