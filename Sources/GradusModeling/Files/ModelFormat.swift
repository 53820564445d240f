// SPDX-License-Identifier: Apache-2.0

/// The formats of files that state a problem.
public enum ModelFormat: String, Sendable, Hashable, CaseIterable {
  /// MPS and its extensions, `.mps` and `.qps`.
  case mps
  /// The LP format of CPLEX, `.lp`.
  case lp
  /// AMPL's interchange format, `.nl`, text or binary.
  case nl
  /// CUTEst problems, `.sif`; read only.
  case sif
  /// A five-element model, `.yaml` or `.yml`.
  case yaml
  /// A five-element model as JSON, `.json`.
  case json
  /// MathOptFormat, `.mof.json`.
  case mof

  /// The formats of linear, quadratic and mixed-integer programs, which keep order and names of a `StandardForm`.
  public static let linear: [ModelFormat] = [.mps, .lp]

  /// The extensions in lower case, without the point.
  public var extensions: [String] {
    switch self {
    case .mps: ["mps", "qps"]
    case .lp: ["lp"]
    case .nl: ["nl"]
    case .sif: ["sif"]
    case .yaml: ["yaml", "yml"]
    case .json: ["json"]
    case .mof: ["mof.json"]
    }
  }

  /// False for formats that are read only.
  public var isWritten: Bool { self != .sif }

  /// The format that the extension of `path` stands for; nil for a foreign one. Case does not matter, `.gz` behind it
  /// is skipped.
  public init?(path: String) {
    if ModelFile.isMathOptFormat(path) {
      self = .mof
      return
    }
    let wanted = ModelFile.fileExtension(of: path).format
    guard let format = ModelFormat.allCases.first(where: { $0.extensions.contains(wanted) }) else { return nil }
    self = format
  }
}
