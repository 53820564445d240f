// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What the generated list of a family's methods says: `Sources/<Family>/Catalog.swift`.
///
/// A method is a type whose declaration names `Catalogued` among what it conforms to. The list is ordered by name and
/// committed, so that a new method is one hand-written file and one line in a diff.
public struct Catalog: Sendable, Hashable {
  public let family: String
  public let methods: [String]
  /// The documentation of each method's type, which `gradus explain` shows.
  public var pages: [String: [String]] = [:]

  /// Its files.
  var list: EntryList {
    let name = family.hasPrefix("Gradus") ? String(family.dropFirst(6)) : family
    return EntryList(
      folder: "Sources/\(family)/", name: "Catalog", holder: "\(name)Catalog",
      about: "The methods of \(family), by name of their types.",
      aboutEntries: "One entry a method, with the documentation of its type as page.", kind: "MethodEntry",
      imports: ["GradusCore"], entries: methods.map { entry($0, in: "MethodEntry") })
  }

  /// One element of the list, as the formatter would lay it out.
  func entry(_ method: String, in kind: String) -> String {
    guard let page = pages[method], !page.isEmpty else { return "    \(kind)(\(method).self)" }
    let text = page.map { $0.isEmpty ? "" : "        \($0.replacing("\\", with: "\\\\"))" }.joined(separator: "\n")
    let quotes = "\"\"\""
    return "    \(kind)(\n      \(method).self,\n      page: \(quotes)\n\(text)\n        \(quotes))"
  }
}

extension Repository {
  /// What the catalogs should be, one for each family of the manifest.
  public var catalogs: [Catalog] {
    manifest.families.map { catalog(of: $0, conformingTo: "Catalogued") }
  }

  private func catalog(of family: String, conformingTo wanted: String) -> Catalog {
    let files = swiftFiles.filter { $0.target == family }
    let types = Set(files.flatMap { $0.types(conformingTo: wanted) }).sorted()
    var pages: [String: [String]] = [:]
    for file in files { pages.merge(file.pages(of: types)) { first, _ in first } }
    return Catalog(family: family, methods: types, pages: pages)
  }

  private var lists: [EntryList] {
    let rules = catalog(of: "GradusFirstOrder", conformingTo: "CataloguedRule")
    let ruleList = EntryList(
      folder: "Sources/GradusFirstOrder/", name: "RuleCatalog", holder: "RuleCatalog",
      about: "The update rules, by name of their types.",
      aboutEntries: "One entry a rule, with the documentation of its type as page.", kind: "RuleEntry",
      entries: rules.methods.map { rules.entry($0, in: "RuleEntry") })
    return catalogs.map(\.list) + [ruleList]
  }

  /// The files of all lists by path, as they should be.
  package var listFiles: [String: String] {
    lists.reduce(into: [:]) { files, list in files.merge(list.files) { first, _ in first } }
  }

  /// Lists that differ from what stands in the repository.
  public var staleCatalogs: [Finding] { staleLists + staleAtlas }

  private var staleLists: [Finding] {
    let (lists, wanted) = (lists, listFiles)
    let committed = Dictionary(
      uniqueKeysWithValues: files.filter { file in lists.contains { $0.owns(file.path) } }.map { ($0.path, $0.lines) })
    return Set(wanted.keys).union(committed.keys).sorted().compactMap { path in
      guard committed[path] != wanted[path].map({ SourceFile(path: path, text: $0).lines }) else { return nil }
      return Finding(file: path, message: "is not what the sources say; run `swift run gradus-maintain catalog`")
    }
  }

  /// Writes the lists that changed and removes files that should not be.
  public func writeCatalogs() throws -> [String] {
    let (wanted, stale) = (listFiles, staleLists.map(\.file))
    for path in stale {
      let url = root.appendingPathComponent(path)
      if let text = wanted[path] {
        try Data(text.utf8).write(to: url, options: .atomic)
      } else {
        try FileManager.default.removeItem(at: url)
      }
    }
    return try stale + writeAtlas()
  }
}

extension SourceFile {
  /// The documentation comments of these types, without their slashes, where they are declared here.
  func pages(of types: [String]) -> [String: [String]] {
    var pages: [String: [String]] = [:]
    for (i, line) in lines.enumerated() {
      guard let match = line.firstMatch(of: #/^(?:public |package )?(?:struct|enum|final class|class) (\w+)/#),
        types.contains(String(match.output.1))
      else { continue }
      let comment = lines[..<i].reversed().prefix { $0.hasPrefix("///") }.reversed()
      pages[String(match.output.1)] = comment.map { line in
        let text = line.dropFirst(3)
        return String(text.hasPrefix(" ") ? text.dropFirst() : text)
      }
    }
    return pages
  }

  /// Names of types declared here that conform to a protocol, in the declaration or in an extension. One that conforms under
  /// a condition is generic: there is no single type to list.
  func types(conformingTo wanted: String) -> [String] {
    let text = code.map(\.text).joined(separator: "\n")
    let declaration = #/\b(?:struct|class|enum|actor|extension)\s+(\w+)\s*:([^{]*)\{/#
    return text.matches(of: declaration).compactMap { match in
      let protocols = match.output.2.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "." }
      return protocols.contains { $0 == wanted } && !protocols.contains("where") ? String(match.output.1) : nil
    }
  }
}
