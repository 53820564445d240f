// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusTensor
import Testing

/// Every operation at representative shapes.
enum LawRegistry {
  static let all =
    ElementwiseCases.one + ElementwiseCases.two + StructuralCases.movement + StructuralCases.reductions
    + StructuralCases.indexing + ProductCases.products + ProductCases.fused + ProductCases.matrices
    + ProductCases.callers + RecurrentCases.all
}

@Suite("The registry of laws knows every operation")
struct LawRegistryTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static func sources(_ folder: String) throws -> [String] {
    let files =
      FileManager.default.enumerator(
        at: root.appending(path: folder), includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
    return try files.filter { $0.pathExtension == "swift" }.map { try String(contentsOf: $0, encoding: .utf8) }
  }

  @Test func everyPublicFunctionIsExamined() throws {
    let registry = try Self.sources("Tests/GradusTensorTests/Registry").joined(separator: "\n")
    var count = 0
    for source in try Self.sources("Sources/GradusTensor/Operations") {
      for match in source.matches(of: #/public (?:static )?func ([a-zA-Z0-9]+)\(\s*([a-z_A-Z]*)/#) {
        count += 1
        let (name, label) = (match.1, match.2)
        let isNamed =
          label == "_" || label.isEmpty
          ? registry.contains(try Regex("\\.\(name)(?: \\{|\\((?![a-z][a-zA-Z]*:))"))
          : registry.contains(".\(name)(\(label):") || registry.contains(".\(name)()")
        #expect(isNamed, "\(name)(\(label):) is in no law case")
      }
    }
    #expect(count > 60)
  }

  @Test func everyKindOfOperationIsExamined() throws {
    var seen: Set<String> = []
    for law in LawRegistry.all + ElementwiseCases.withoutDerivative {
      let tape = TensorTape(engine: TensorEngine())
      tape.substitute = { operation in
        seen.insert(String(describing: type(of: operation)))
        return operation
      }
      _ = try law.composed(law.point(law.shapes).map { tape.constant($0) }).value
    }
    // Transposes of operations, which appear on ways back and are examined by laws of second order.
    let transposes: Set = ["Fold", "Unfold", "Rejected", "UnaryOperation", "BinaryOperation", "RowOperation"]
    var count = 0
    for source in try Self.sources("Sources/GradusTensor/Operations") {
      for match in source.matches(of: #/(?:struct|protocol) (\w+): (?:Tensor|Unary|Binary|Row)Operation\b/#) {
        count += 1
        let name = String(match.1)
        #expect(seen.contains(name) || transposes.contains(name), "\(name) is in no law case")
      }
    }
    #expect(count > 50)
  }
}
