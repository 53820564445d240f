// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusMaintenance
import Testing

/// The rules of the repository, on the repository itself.
@Suite struct RepositoryTests {
  let repository: Repository

  init() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    repository = try Repository(root: root)
    try #require(repository.swiftFiles.count > 50, "the checkout was found")
  }

  func expectNone(_ findings: [Finding], _ location: SourceLocation = #_sourceLocation) {
    let list = findings.map(\.description).joined(separator: "\n")
    #expect(findings.isEmpty, "\(list)", sourceLocation: location)
  }

  @Test func filesAreShort() { expectNone(repository.tooLong) }
  @Test func filesSayTheirLicense() { expectNone(repository.unlicensed) }
  @Test func nothingIsUnfinishedOrUnsafe() { expectNone(repository.bannedWords) }
  @Test func noTupleIsReturnedAcrossAWait() { expectNone(repository.tuplesAcrossWaits) }
  @Test func modulesKeepTheirFloors() { expectNone(repository.floorViolations) }
  @Test func publicDeclarationsAreDocumented() { expectNone(repository.undocumented) }
  @Test func noPathOfAMachine() { expectNone(repository.machinePaths) }
  @Test func catalogsAreWhatTheSourcesSay() { expectNone(repository.staleCatalogs) }

  @Test func everyDecisionIsListed() throws {
    let folder = "Documentation/decisions/"
    let index = try #require(repository.files.first { $0.path == folder + "README.md" })
    let listed = index.lines.compactMap { $0.firstMatch(of: #/\]\((\d{4}-[\w-]+\.md)\)/#).map { String($0.output.1) } }
    let records = repository.files.map(\.path).filter { $0.hasPrefix(folder) && $0 != index.path }
    #expect(listed.map { folder + $0 } == records)
  }

  @Test func ignoresWhatBuildsLeave() throws {
    let ignore = try #require(repository.files.first { $0.path == ".gitignore" })
    #expect(ignore.lines.contains(".build*"))
    #expect(ignore.lines.contains("Package.resolved"))
  }
}
