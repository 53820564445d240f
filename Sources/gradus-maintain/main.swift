// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusMaintenance

let usage = """
  usage: gradus-maintain COMMAND        (in the root of the repository)
    catalog   rewrite Sources/<Family>/Catalog.swift
    lengths   list files over the limit
    floors    list imports below or beside the floor of their module
    comments  list public declarations without a documentation comment
    check     list every broken rule of the repository
  """

func report(_ findings: [Finding]) -> Int32 {
  for finding in findings { print(finding) }
  return findings.isEmpty ? 0 : 1
}

do {
  let repository = try Repository(root: URL(fileURLWithPath: FileManager.default.currentDirectoryPath))
  switch CommandLine.arguments.dropFirst().first {
  case "catalog":
    for path in try repository.writeCatalogs() { print("wrote \(path)") }
  case "lengths": exit(report(repository.tooLong))
  case "floors": exit(report(repository.floorViolations))
  case "comments": exit(report(repository.undocumented))
  case "check": exit(report(repository.findings))
  default:
    FileHandle.standardError.write(Data((usage + "\n").utf8))
    exit(2)
  }
} catch {
  FileHandle.standardError.write(Data("gradus-maintain: \(error)\n".utf8))
  exit(1)
}
