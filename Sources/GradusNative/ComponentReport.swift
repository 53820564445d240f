// SPDX-License-Identifier: Apache-2.0

/// What became of one component on this machine: for `gradus doctor`.
public struct ComponentReport: Sendable, Hashable {
  public let component: NativeComponent
  /// The file or loader name that was opened; nil when nothing was found.
  public let path: String?
  /// As the component states it; nil when it does not, or when nothing was found.
  public let version: String?
  /// Why a component that was found cannot be used.
  public let problem: String?

  package init(component: NativeComponent, path: String?, version: String?, problem: String?) {
    self.component = component
    self.path = path
    self.version = version
    self.problem = problem
  }

  public var isUsable: Bool { path != nil && problem == nil }

  /// All libraries, in a fixed order. Cost: opening each library.
  public static func all(_ search: LibrarySearch = .standard) -> [ComponentReport] {
    [highs(search), openBLAS(search), zlib(search), sqlite(search), libpq(search), curl(search)]
  }

  private static func highs(_ search: LibrarySearch) -> ComponentReport {
    do {
      let highs = try Highs(search)
      return ComponentReport(component: .highs, path: highs.path, version: highs.version, problem: nil)
    } catch { return failed(.highs, error, search) }
  }

  private static func zlib(_ search: LibrarySearch) -> ComponentReport {
    do {
      let zlib = try Zlib(search)
      return ComponentReport(component: .zlib, path: zlib.path, version: zlib.version, problem: nil)
    } catch { return failed(.zlib, error, search) }
  }

  private static func sqlite(_ search: LibrarySearch) -> ComponentReport {
    do {
      let sqlite = try SQLite(search)
      return ComponentReport(component: .sqlite, path: sqlite.path, version: sqlite.version, problem: nil)
    } catch { return failed(.sqlite, error, search) }
  }

  private static func libpq(_ search: LibrarySearch) -> ComponentReport {
    do {
      let libpq = try LibPQ(search)
      return ComponentReport(component: .libpq, path: libpq.path, version: libpq.version, problem: nil)
    } catch { return failed(.libpq, error, search) }
  }

  private static func curl(_ search: LibrarySearch) -> ComponentReport {
    do {
      let curl = try Curl(search)
      return ComponentReport(component: .curl, path: curl.path, version: curl.version, problem: nil)
    } catch { return failed(.curl, error, search) }
  }

  private static func failed(
    _ component: NativeComponent, _ error: MissingComponent, _ search: LibrarySearch
  ) -> ComponentReport {
    let path = NativeLibrary.open(search.candidates(for: component.libraries))?.path
    return ComponentReport(
      component: component, path: path, version: nil, problem: path == nil ? nil : error.cause)
  }

  private static func openBLAS(_ search: LibrarySearch) -> ComponentReport {
    guard let library = NativeLibrary.open(search.candidates(for: NativeComponent.openBLAS.libraries)) else {
      return ComponentReport(component: .openBLAS, path: nil, version: nil, problem: nil)
    }
    // The configuration begins "OpenBLAS 0.3.21 ".
    let describe = library.function("openblas_get_config", as: (@convention(c) () -> UnsafePointer<CChar>?).self)
    let words = describe?().map { String(cString: $0).split(separator: " ").map(String.init) } ?? []
    return ComponentReport(
      component: .openBLAS, path: library.path, version: words.first { $0.first?.isNumber == true }, problem: nil)
  }
}

extension ComponentReport: CustomStringConvertible {
  /// One line for text output.
  public var description: String {
    if let problem { return "\(component.name): \(problem) (\(component.without); install: \(component.install))" }
    guard let path else {
      return "\(component.name): not found (\(component.without); install: \(component.install))"
    }
    return "\(component.name) \(version ?? "of unknown version"): \(path) (\(component.licence))"
  }
}
