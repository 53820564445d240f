// SPDX-License-Identifier: Apache-2.0

/// The floors of the architecture: what each module may stand on, whatever the manifest says.
package enum Floors {
  /// Modules that import no Foundation at all.
  package static let withoutFoundation: Set = [
    "GradusNumerics", "GradusNative", "GradusLinearAlgebra", "GradusTrace", "GradusTensor",
  ]

  /// The only modules of the project that these may see.
  package static let fixed: [String: Set<String>] = [
    "GradusNumerics": ["GradusLanes"],
    "GradusNative": ["GradusNumerics", "GradusVariadic"],
    "GradusLinearAlgebra": ["GradusNumerics", "GradusNative"],
    "GradusCore": ["GradusNumerics"],
    "GradusTrace": ["GradusNumerics"],
    "GradusTensor": ["GradusTrace", "GradusNumerics", "GradusNative", "GradusLinearAlgebra"],
    "GradusVerification": ["GradusNumerics", "GradusCore", "GradusModeling"],
    "GradusProblems": ["GradusNumerics", "GradusCore", "GradusModeling"],
    "GradusConformance": ["GradusNumerics", "GradusCore", "GradusProblems"],
    "GradusMaintenance": [],
    "gradus-maintain": ["GradusMaintenance"],
  ]

  /// Sideways edges between method families; all others are refused.
  package static let betweenFamilies: [String: Set<String>] = [
    "GradusBlackBox": ["GradusSmooth"], "GradusDiscrete": ["GradusSmooth"], "GradusLearning": ["GradusFirstOrder"],
    "GradusLanguage": ["GradusBlackBox"],
  ]

  /// Modules that may see every family and all below them.
  package static let seeingAll: Set = ["Gradus", "GradusAtlas"]

  /// Modules of the platform that any target may import.
  package static let platform: Set = [
    "Swift", "Foundation", "FoundationEssentials", "FoundationNetworking", "Dispatch", "Synchronization", "Glibc",
    "Musl",
    "Darwin", "RegexBuilder",
  ]

  /// External packages, and the one target that may see each.
  package static let external = ["ArgumentParser": "gradus"]
}

extension Repository {
  /// Imports that reach below or beside the floor of their module.
  public var floorViolations: [Finding] {
    let manifest = manifest
    return swiftFiles.flatMap { file in
      file.imports.compactMap { number, module in
        file.target.flatMap { Self.objection(to: module, from: $0, manifest) }
          .map { Finding(file: file.path, line: number, message: $0) }
      }
    }
  }

  static func objection(to module: String, from target: String, _ manifest: Manifest) -> String? {
    if Floors.platform.contains(module) {
      let refused = module.hasPrefix("Foundation") && Floors.withoutFoundation.contains(target)
      return refused ? "\(target) does without Foundation" : nil
    }
    if let owner = Floors.external[module] {
      return owner == target ? nil : "only \(owner) imports \(module)"
    }
    if let allowed = Floors.fixed[target], !allowed.contains(module) {
      return "\(target) may stand on \(allowed.sorted().joined(separator: ", ")) and not on \(module)"
    }
    if manifest.families.contains(target), manifest.families.contains(module) {
      let allowed = Floors.betweenFamilies[target] ?? []
      return allowed.contains(module) ? nil : "families do not import each other: \(target) imports \(module)"
    }
    if let declared = manifest.dependencies[target], !declared.contains(module), !Floors.seeingAll.contains(target) {
      return "Package.swift does not give \(target) the module \(module)"
    }
    return nil
  }
}

extension SourceFile {
  /// Line and module of every import.
  package var imports: [(number: Int, module: String)] {
    let statement = #/^\s*(?:@\w+(?:\(\w+\))?\s+)*(?:(?:public|package|internal|private|fileprivate)\s+)?/#
      .ignoresCase(false)
    return code.compactMap { number, text in
      guard let start = text.prefixMatch(of: statement) else { return nil }
      let words = text[start.range.upperBound...].split(separator: " ")
      guard words.first == "import", let module = words.last else { return nil }
      return (number, String(module.split(separator: ".").first ?? module))
    }
  }
}
