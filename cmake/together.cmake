# Files that are compiled together, where PLATELEDGER_TOGETHER is on: what they include is read once for all of them.
# A group is of one target and one room, and no two of its files have a name of their own in common. A
# file in no group is compiled by itself, so a new one needs no line here; where two of a group come to have a name in
# common ("redefinition of"), take one of them out.
#
# Pass TARGET, its folder, and the files, relative to the folder.
function(alpr_together target folder)
  if(NOT TARGET ${target})
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  list(GET ARGN 0 first)
  set(paths "")
  foreach(file ${ARGN})
    if(NOT EXISTS ${PROJECT_SOURCE_DIR}/${folder}/${file})
      message(FATAL_ERROR "cmake/together.cmake names ${folder}/${file}, which is not there: take it out")
    endif()
    list(APPEND paths ${PROJECT_SOURCE_DIR}/${folder}/${file})
  endforeach()
  get_target_property(directory ${target} SOURCE_DIR)
  string(MAKE_C_IDENTIFIER "${target}_${first}" group)
  set_source_files_properties(${paths} DIRECTORY ${directory} PROPERTIES UNITY_GROUP ${group})
endfunction()

alpr_together(alpr_chain ledger/chain
  box_key.cc bundle.cc canonical_cursor.cc canonical_json.cc checkpoint.cc encoding.cc error.cc hash.cc)
alpr_together(alpr_chain ledger/chain
  header.cc keys.cc kinds.cc member_list.cc merkle.cc note.cc payload.cc random_salt.cc)
alpr_together(alpr_chain ledger/chain
  sealing.cc tiles.cc time.cc tlog_proof.cc witness_policy.cc witness_request.cc)
alpr_together(alpr_store ledger/store
  backup.cc batch.cc bundle_writer.cc checkpoints.cc clock.cc clock_guard.cc command_output.cc compaction.cc)
alpr_together(alpr_store ledger/store
  draft_check.cc due.cc environment.cc epoch_place.cc epoch_secrets.cc epoch_token.cc event_walk.cc erasure.cc)
alpr_together(alpr_store ledger/store
  event_rows.cc evidence.cc files.cc high_water.cc key_history.cc keyring.cc locked_memory.cc log_key_rotation.cc)
alpr_together(alpr_store ledger/store
  keyring_files.cc log_signers.cc log_tree.cc master_key.cc node_cache.cc projection.cc purge_plan.cc recovery.cc)
alpr_together(alpr_store ledger/store
  master_rotation.cc pkcs11.cc registers.cc restore.cc retention.cc sealed_box.cc sequencer.cc store.cc)
alpr_together(alpr_store ledger/store
  recovery_key.cc staged_blob.cc store_derived.cc store_proofs.cc store_registers.cc transaction.cc vault.cc)
alpr_together(alpr_verify ledger/verify
  attachment_key.cc bundle_source.cc chain_level.cc checkpoints.cc cosignatures.cc durable_file.cc facts.cc
  headers_ahead.cc)
alpr_together(alpr_verify ledger/verify
  erasure_level.cc guard.cc images.cc keys.cc leftovers.cc log_keys.cc pages.cc payload_check.cc)
alpr_together(alpr_verify ledger/verify
  mapped_file.cc package.cc plain_tile.cc reader.cc report.cc stored_tiles.cc tally.cc tree.cc)
alpr_together(alpr_verify ledger/verify
  receipt.cc receipt_file.cc verify.cc)
alpr_together(alpr_audit ledger/verify/audit
  redraw.cc redraw_report.cc story.cc)
alpr_together(alpr_policy_level ledger/verify/policy_level
  kept_state.cc policy_level.cc saved_state.cc)
alpr_together(alpr_witness ledger/verify/witness
  judge.cc state_folder.cc witness.cc)
alpr_together(alpr_witness_commands ledger/verify/witness
  commands/command_line.cc commands/pull.cc commands/serve.cc)
alpr_together(alpr_policy policy
  records/kinds.cc registers/fold.cc rules/access.cc rules/decision.cc rules/texts.cc registers/credentials.cc
  registers/devices.cc registers/outlines.cc)
alpr_together(alpr_policy policy
  registers/people.cc registers/people_view.cc registers/policies.cc rules/c3_outlines.cc rules/codes.cc
  rules/devices.cc rules/eligibility.cc rules/enrolment.cc)
alpr_together(alpr_policy policy
  rules/archive.cc rules/first_events.cc rules/imports.cc rules/imports_csv.cc rules/keys.cc rules/parameters.cc
  rules/passwords.cc rules/roles.cc)
alpr_together(alpr_policy policy
  rules/people.cc rules/policies.cc rules/second_factor.cc rules/sessions.cc registers/areas.cc registers/holds.cc
  registers/plate_question.cc registers/queries.cc)
alpr_together(alpr_policy policy
  registers/query_elements.cc registers/read_columns.cc registers/reads_index.cc registers/reviews.cc
  rules/c2b_queries.cc rules/c3_reviews.cc rules/g_holds.cc)
alpr_together(alpr_policy policy
  records/hit_kinds.cc registers/csv_record.cc registers/hits.cc registers/hotlist_csv.cc registers/hotlist_delta.cc
  registers/hotlists.cc registers/packed_rows.cc registers/plate_filter.cc)
alpr_together(alpr_policy policy
  registers/hotlist_profile.cc registers/plate_index.cc registers/plate_text.cc registers/reads.cc
  registers/shift_lists.cc registers/source_grants.cc rules/a3_local_hits.cc rules/a3_shift_lists.cc)
alpr_together(alpr_policy policy
  rules/b_reads.cc rules/c2a2_stop_sheets.cc rules/c2a2_stops.cc rules/g_summaries.cc rules/required_facts.cc
  rules/tasks.cc registers/recipients.cc registers/records_requests.cc)
alpr_together(alpr_policy policy
  rules/c2a_hits.cc registers/sharing.cc rules/i_grounds.cc rules/repeated_requests.cc records/audit_worksheets.cc
  registers/audits.cc rules/k_self_checks.cc registers/checks.cc)
alpr_together(alpr_policy policy
  rules/c2b1_hotlists.cc records/attachments.cc registers/gaps.cc registers/oversight.cc registers/reports.cc
  replay/deadlines.cc replay/deadlines_state.cc replay/batches.cc)
alpr_together(alpr_policy policy
  rules/c2b2_entries.cc rules/c3_sources.cc rules/i_recipients.cc rules/i_releases.cc rules/k_audits.cc
  replay/follow.cc replay/hits.cc replay/holds.cc)
alpr_together(alpr_policy policy
  rules/h_records_requests.cc rules/k_audit_plans.cc rules/k_training_reviews.cc replay/hotlists.cc replay/judge.cc
  replay/memory_rows.cc replay/oversight.cc replay/past.cc)
alpr_together(alpr_policy policy
  rules/i_sharing.cc replay/people.cc replay/queries.cc replay/reads_seen.cc replay/refusals.cc replay/replay.cc
  replay/replay_state.cc replay/sessions.cc)
alpr_together(alpr_policy policy
  rules/k_reconciliations.cc replay/sharing.cc replay/state_bytes.cc replay/system.cc)
alpr_together(alpr_figures reports/figures
  annual.cc annual_answers.cc annual_audits.cc annual_custody.cc annual_devices.cc annual_outlines.cc
  annual_queries.cc attribute_tail.cc)
alpr_together(alpr_figures reports/figures
  annual_gaps.cc annual_lists.cc annual_oversight.cc annual_people.cc annual_reads.cc annual_retention.cc
  audit_population.cc explain.cc)
alpr_together(alpr_figures reports/figures
  annual_sharing.cc export_profile.cc export_time.cc purged_events.cc rate_interval.cc reconcile.cc selection.cc)
alpr_together(alpr_forms reports/forms
  annual_document.cc annual_page.cc annual_sheet.cc annual_table.cc area_labels.cc area_map.cc csv.cc drawing.cc)
alpr_together(alpr_forms reports/forms
  bar_chart.cc html_text.cc page_style.cc pdf_catalog.cc public_facts.cc sheet.cc stored_zip.cc xlsx.cc)
alpr_together(alpr_forms reports/forms
  pdf.cc public_sections.cc public_site.cc zip_reader.cc)
alpr_together(alpr_api api
  alerts.cc alarms/alarm.cc alarms/alarms.cc alarms/conditions.cc alarms/message.cc alarms/receiver.cc
  alarms/settings.cc api.cc)
alpr_together(alpr_api api
  attachment_sheet.cc audit_population.cc audit_sheet.cc compress.cc config.cc cosigners.cc daily_backup.cc
  endpoint.cc)
alpr_together(alpr_api api
  epoch_token.cc fair_share.cc feed_config.cc feed_source.cc feeds.cc gone.cc hotlist_load.cc images.cc)
alpr_together(alpr_api api
  init.cc json_body.cc key_custody.cc load_reads.cc openapi.cc passphrase.cc passwords.cc problem.cc)
alpr_together(alpr_api api
  receipt.cc report_attachment.cc retries.cc second_factor.cc secret_line.cc service.cc sessions.cc marking.cc)
alpr_together(alpr_api api
  sharing_package.cc shown_hits.cc stop_sheet.cc submitter.cc tls_certificate.cc toml.cc endpoints/accounts.cc
  endpoints/alerts.cc)
alpr_together(alpr_api api
  endpoints/annual_reports.cc endpoints/archive.cc endpoints/asked.cc endpoints/audits.cc endpoints/bundle.cc
  endpoints/clock.cc endpoints/cosignatures.cc endpoints/devices.cc)
alpr_together(alpr_api api
  endpoints/audit_worksheets.cc endpoints/credentials.cc endpoints/entries.cc endpoints/checks.cc
  endpoints/oversight.cc endpoints/hotlists.cc endpoints/imports.cc endpoints/keys.cc)
alpr_together(alpr_api api
  endpoints/gaps.cc endpoints/hits.cc endpoints/log.cc endpoints/log_access.cc endpoints/people.cc
  endpoints/queries.cc endpoints/reconciliations.cc endpoints/reads.cc)
alpr_together(alpr_api api
  endpoints/source_grants.cc endpoints/shift_lists.cc endpoints/stops.cc endpoints/tasks.cc
  endpoints/training_reviews.cc)
alpr_together(plateledger api
  main.cc commands/audit.cc commands/audit_reconcile.cc commands/audit_remote.cc commands/compact.cc
  commands/export.cc commands/init.cc commands/key.cc)
alpr_together(plateledger api
  commands/key_options.cc commands/local_ledger.cc commands/output_file.cc commands/process_guard.cc
  commands/remote.cc commands/report.cc commands/restore.cc commands/serve.cc)
alpr_together(plateledger api
  commands/report_remote.cc demo/chapters_audit.cc demo/chapters_people.cc demo/chapters_street.cc demo/client.cc
  demo/demo.cc demo/programs.cc demo/tamper.cc)
alpr_together(alpr_http_client api/http_client
  account_file.cc http_client.cc)
alpr_together(alpr_vision recognition
  confidence.cc detect.cc image.cc plate_font.cc read.cc rectify.cc render.cc syntax.cc)
alpr_together(alpr_vision recognition
  line_network.cc tesseract_reader.cc two_lines.cc vehicle_color.cc weights.cc)
alpr_together(alpr_passages recognition
  passage.cc vote.cc)
alpr_together(alpr_reader recognition
  files.cc loose_json.cc camera_stream.cc credentials.cc draw.cc folder_watch.cc local_alert.cc photo_batch.cc)
alpr_together(alpr_reader recognition
  progress.cc queue.cc read_command.cc reading_output.cc relay_command.cc relay_listener.cc send_command.cc shift.cc)
alpr_together(alpr_reader recognition
  shift_command.cc upload_client.cc video_reading.cc video_source.cc)
alpr_together(alpr_upload recognition/upload
  plate_fold.cc read_facts.cc shift_answer.cc)
alpr_together(alpr_relay recognition/relay
  genetec_xml.cc message.cc)
alpr_together(chain_test tests/ledger/chain
  bundle_test.cc canonical_json_test.cc checkpoint_test.cc encoding_test.cc error_test.cc hash_test.cc header_test.cc
  kinds_test.cc)
alpr_together(chain_test tests/ledger/chain
  merkle_test.cc note_test.cc payload_test.cc tiles_test.cc time_test.cc tlog_proof_test.cc witness_policy_test.cc
  witness_request_test.cc)
alpr_together(store_parts_test tests/ledger/store
  clock_test.cc evidence_test.cc master_key_test.cc node_cache_test.cc vault_test.cc)
alpr_together(retention_test tests/ledger/store
  after_purge_test.cc retention_test.cc erasure_test.cc compaction_test.cc)
alpr_together(epoch_token_test tests/ledger/store
  epoch_move_test.cc token_purge_test.cc)
alpr_together(verify_store_maker tests/ledger/verify
  bundle_maker.cc store_maker.cc made_store.cc receipt_maker.cc)
alpr_together(verify_test tests/ledger/verify
  bundle_test.cc chain_level_test.cc cosignatures_test.cc damage_test.cc erasure_level_test.cc hold_test.cc
  keys_test.cc pages_test.cc)
alpr_together(verify_test tests/ledger/verify
  headers_ahead_test.cc live_store_test.cc payload_check_test.cc purge_test.cc report_test.cc rotation_test.cc
  tamper_test.cc)
alpr_together(verify_test tests/ledger/verify
  receipt_test.cc whole_tiles_test.cc)
alpr_together(verify_real_store_test tests/ledger/verify
  images_test.cc real_rotation_test.cc real_store_test.cc)
alpr_together(policy_people_test tests/policy
  access_test.cc credentials_test.cc decision_test.cc describe_test.cc devices_test.cc first_events_test.cc
  keys_test.cc outlines_test.cc)
alpr_together(policy_people_test tests/policy
  people_test.cc roles_test.cc sessions_test.cc single_account_test.cc)
alpr_together(policy_hits_test tests/policy
  entries_test.cc hits_rebuild_test.cc hits_test.cc hotlist_csv_test.cc hotlist_profile_test.cc hotlists_test.cc
  local_hits_test.cc)
alpr_together(policy_hits_test tests/policy
  packed_rows_test.cc plate_text_test.cc shift_lists_test.cc stops_test.cc uploads_test.cc)
alpr_together(policy_queries_test tests/policy
  audits_test.cc holds_test.cc policies_test.cc queries_test.cc reads_register_test.cc)
alpr_together(policy_sharing_test tests/policy
  checks_test.cc gaps_test.cc oversight_test.cc recipients_test.cc reconciliations_test.cc records_requests_test.cc
  reports_test.cc sharing_test.cc)
alpr_together(figures_test tests/reports/figures
  annual_outlines_test.cc annual_period_test.cc audit_risk_test.cc compared_years_test.cc rate_interval_test.cc)
alpr_together(figures_test tests/reports/figures
  annual_test.cc purged_events_test.cc)
alpr_together(reports_forms_test tests/reports/forms
  annual_page_test.cc area_map_test.cc bar_chart_test.cc forms_test.cc pdf_test.cc)
alpr_together(reports_forms_test tests/reports/forms
  public_site_test.cc workbook_writer_test.cc)
alpr_together(api_test tests/api
  access_record_test.cc alerts_test.cc alarms_test.cc annual_report_test.cc audits_redraw_test.cc)
alpr_together(api_test tests/api
  audits_test.cc audit_sharing_test.cc audit_tasks_test.cc audit_workbooks_test.cc config_test.cc cosigners_test.cc
  credentials_test.cc fair_share_test.cc)
alpr_together(api_test tests/api
  feeds_test.cc hits_test.cc holds_test.cc http_client_test.cc http_server_test.cc imports_test.cc
  judged_again_test.cc keys_test.cc)
alpr_together(api_test tests/api
  log_test.cc mail_server.cc order_test.cc passwords_test.cc policies_test.cc queries_test.cc reconciliations_test.cc
  records_requests_test.cc)
alpr_together(api_test tests/api
  report_attachments_test.cc reviews_test.cc checks_test.cc marking_test.cc oversight_test.cc self_checks_test.cc
  sessions_test.cc retries_test.cc)
alpr_together(api_test tests/api
  schema_requests_test.cc sharing_package_test.cc sharing_test.cc shift_lists_test.cc tasks_test.cc stop_sheet_test.cc
  uploads_test.cc verify_url_test.cc)
alpr_together(api_key_program_test tests/api
  audit_program_test.cc key_program_test.cc token_program_test.cc)
alpr_together(api_remote_program_test tests/api
  audit_commands_test.cc reconcile_program_test.cc)
alpr_together(upload_format_test tests/recognition
  upload_format_test.cc shift_list_test.cc)
alpr_together(recognition_passage_test tests/recognition
  passage_test.cc vote_test.cc)
alpr_together(recognition_read_test tests/recognition
  read_test.cc line_test.cc two_lines_test.cc)
alpr_together(recognition_video_test tests/recognition
  video_test.cc send_video_test.cc folder_test.cc)
alpr_together(recognition_relay_test tests/recognition
  relay/message_test.cc relay/relay_command_test.cc)
alpr_together(recognition_queue_test tests/recognition
  queue_test.cc credentials_test.cc flush_test.cc)
alpr_together(forgeries_test tests/forgeries
  forger.cc batch_forgeries.cc hit_forgeries.cc list_forgeries.cc older_log_test.cc oversight_forgeries.cc
  people_forgeries.cc query_forgeries.cc)
alpr_together(forgeries_test tests/forgeries
  replay_test.cc sharing_forgeries.cc time_forgeries.cc)
alpr_together(witness_end_to_end_test tests/end_to_end
  fork_test.cc witness_pull_test.cc witness_serve_test.cc)
alpr_together(report_program_test tests/end_to_end
  public_site_test.cc report_forms_test.cc)
alpr_together(alpr_tidy tests/tidy
  source.cc rules.cc dependencies.cc tree.cc)
alpr_together(tidy_test tests/tidy
  rules_test.cc dependencies_test.cc)
