// SPDX-License-Identifier: Apache-2.0

/// The sections of the data part of a SIF file, with their other names.
enum SIFSection: String, CaseIterable {
  case name = "NAME"
  case groups = "GROUPS"
  case variables = "VARIABLES"
  case constants = "CONSTANTS"
  case ranges = "RANGES"
  case bounds = "BOUNDS"
  case start = "START POINT"
  case quadratic = "QUADRATIC"
  case elementTypes = "ELEMENT TYPE"
  case elementUses = "ELEMENT USES"
  case groupTypes = "GROUP TYPE"
  case groupUses = "GROUP USES"
  case objectBound = "OBJECT BOUND"
  case end = "ENDATA"

  init?(header: String) {
    switch header {
    case "ROWS", "CONSTRAINTS": self = .groups
    case "COLUMNS": self = .variables
    case "RHS", "RHS'": self = .constants
    case "HESSIAN", "QUADS", "QUADOBJ", "QSECTION": self = .quadratic
    default:
      guard let section = SIFSection(rawValue: header) else { return nil }
      self = section
    }
  }

  static let known = SIFSection.allCases.map(\.rawValue).joined(separator: ", ")

  /// The sections that speak of groups and variables both.
  var needsNames: Bool {
    switch self {
    case .name, .groups, .variables, .elementTypes, .groupTypes, .objectBound, .end: false
    default: true
    }
  }
}
