-- The tables, as schema.prisma says them. Made by the schema engine; what it cannot say is in the next migration.

-- CreateEnum
CREATE TYPE "user_status" AS ENUM ('active', 'disabled');

-- CreateEnum
CREATE TYPE "enrollment_state" AS ENUM ('awaiting_approval', 'requesting', 'offered', 'answered', 'confirming', 'issuing', 'delivering', 'undelivered', 'completed', 'declined', 'refused', 'rejected', 'expired', 'cancelled', 'failed', 'revoked_undelivered');

-- CreateEnum
CREATE TYPE "command_kind" AS ENUM ('provision', 'certificate');

-- CreateEnum
CREATE TYPE "command_state" AS ENUM ('sending', 'sent', 'answered', 'failed', 'superseded', 'timed_out');

-- CreateEnum
CREATE TYPE "callback_state" AS ENUM ('received', 'processed', 'ignored', 'quarantined');

-- CreateEnum
CREATE TYPE "verdict" AS ENUM ('passed', 'failed');

-- CreateEnum
CREATE TYPE "certificate_status" AS ENUM ('reserved', 'issued', 'revoked');

-- CreateEnum
CREATE TYPE "issuer_kind" AS ENUM ('embedded', 'scep', 'est');

-- CreateEnum
CREATE TYPE "role" AS ENUM ('admin', 'helpdesk', 'auditor', 'user');

-- CreateTable
CREATE TABLE "user" (
    "id" UUID NOT NULL,
    "userid" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT,
    "department" TEXT,
    "attributes" JSONB NOT NULL DEFAULT '{}',
    "status" "user_status" NOT NULL DEFAULT 'active',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "search" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "profile" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "position" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "profile_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "profile_version" (
    "id" UUID NOT NULL,
    "profile_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "definition" JSONB NOT NULL,
    "issuer_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "profile_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "enrollment" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "profile_version_id" UUID NOT NULL,
    "state" "enrollment_state" NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "state_changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "current_command_id" UUID,
    "phone_id" UUID,
    "link_id" UUID,
    "started_by_id" TEXT,
    "started_by_name" TEXT NOT NULL,
    "failure_code" TEXT,
    "failure_detail" TEXT,
    "wait_reason" TEXT,

    CONSTRAINT "enrollment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "enrollment_link" (
    "id" UUID NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "user_id" UUID NOT NULL,
    "profile_version_id" UUID NOT NULL,
    "created_by_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "enrollment_link_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_key" (
    "actor_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" BYTEA NOT NULL,
    "enrollment_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("actor_id","key")
);

-- CreateTable
CREATE TABLE "command" (
    "id" UUID NOT NULL,
    "enrollment_id" UUID NOT NULL,
    "kind" "command_kind" NOT NULL,
    "attempt" INTEGER NOT NULL,
    "state" "command_state" NOT NULL DEFAULT 'sending',
    "external_id" TEXT NOT NULL,
    "nonce" TEXT,
    "request_body" TEXT NOT NULL,
    "reply_status" INTEGER,
    "reply_body" TEXT,
    "hermod_command_id" TEXT,
    "offer_uri" TEXT,
    "bid" TEXT,
    "mid" TEXT,
    "location" TEXT,
    "timeout_s" INTEGER NOT NULL,
    "lifespan_s" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sent_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "failure_code" TEXT,
    "failure_detail" TEXT,

    CONSTRAINT "command_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "command_key" (
    "command_id" UUID NOT NULL,
    "keyid" TEXT NOT NULL,
    "dummy_csr" BYTEA NOT NULL,
    "dummy_spki_sha256" BYTEA NOT NULL,
    "subject_der" BYTEA NOT NULL,

    CONSTRAINT "command_key_pkey" PRIMARY KEY ("command_id","keyid")
);

-- CreateTable
CREATE TABLE "callback" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "body" BYTEA NOT NULL,
    "sha256" BYTEA NOT NULL,
    "state" "callback_state" NOT NULL DEFAULT 'received',
    "outcome" TEXT,
    "command_id" UUID,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "processed_at" TIMESTAMPTZ(3),
    "repeats" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "callback_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "answer" (
    "id" UUID NOT NULL,
    "enrollment_id" UUID NOT NULL,
    "command_id" UUID NOT NULL,
    "callback_id" UUID NOT NULL,
    "judged_for" UUID,
    "jws" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "judged_at" TIMESTAMPTZ(3),
    "device" JSONB,
    "attestation_thumbprint" TEXT,
    "keys" JSONB,

    CONSTRAINT "answer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "evidence" (
    "answer_id" UUID NOT NULL,
    "verdict" "verdict" NOT NULL,
    "checks" JSONB NOT NULL,
    "policy" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "evidence_pkey" PRIMARY KEY ("answer_id")
);

-- CreateTable
CREATE TABLE "phone" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "profile_ref" TEXT NOT NULL,
    "profile_name" TEXT NOT NULL,
    "box_url" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "operating_system" TEXT NOT NULL,
    "attestation_thumbprint" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_contact_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "phone_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "enrollment_key" (
    "id" UUID NOT NULL,
    "enrollment_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "keyid" TEXT NOT NULL,
    "usage" TEXT NOT NULL,
    "spki" BYTEA NOT NULL,
    "spki_sha256" BYTEA NOT NULL,
    "csr" BYTEA NOT NULL,
    "csr_subject" TEXT NOT NULL,

    CONSTRAINT "enrollment_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "certificate" (
    "id" UUID NOT NULL,
    "issuer_id" UUID NOT NULL,
    "serial_number" TEXT NOT NULL,
    "enrollment_key_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "phone_id" UUID,
    "status" "certificate_status" NOT NULL DEFAULT 'reserved',
    "tbs" BYTEA NOT NULL,
    "der" BYTEA,
    "subject" TEXT NOT NULL,
    "spki_sha256" BYTEA NOT NULL,
    "sha256" BYTEA,
    "not_before" TIMESTAMPTZ(3) NOT NULL,
    "not_after" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "issued_at" TIMESTAMPTZ(3),
    "delivered_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "revocation_reason" TEXT,

    CONSTRAINT "certificate_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "revocation_request" (
    "certificate_id" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "note" TEXT,
    "requested_by" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "revocation_request_pkey" PRIMARY KEY ("certificate_id")
);

-- CreateTable
CREATE TABLE "issuer" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" "issuer_kind" NOT NULL,
    "config" JSONB NOT NULL DEFAULT '{}',
    "certificate" BYTEA,
    "chain" BYTEA[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "issuer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "issuer_secret" (
    "issuer_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,

    CONSTRAINT "issuer_secret_pkey" PRIMARY KEY ("issuer_id","name")
);

-- CreateTable
CREATE TABLE "crl" (
    "issuer_id" UUID NOT NULL,
    "scope" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "der" BYTEA NOT NULL,
    "this_update" TIMESTAMPTZ(3) NOT NULL,
    "next_update" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "crl_pkey" PRIMARY KEY ("issuer_id","scope","number")
);

-- CreateTable
CREATE TABLE "account" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "email_verified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT,
    "role" "role" NOT NULL DEFAULT 'user',
    "disabled_at" TIMESTAMPTZ(3),
    "user_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account_session" (
    "id" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ip_address" TEXT,
    "user_agent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "account_session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account_credential" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "provider_account_id" TEXT NOT NULL,
    "provider_id" TEXT NOT NULL,
    "access_token" TEXT,
    "refresh_token" TEXT,
    "id_token" TEXT,
    "access_token_expires_at" TIMESTAMPTZ(3),
    "refresh_token_expires_at" TIMESTAMPTZ(3),
    "scope" TEXT,
    "password" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "account_credential_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account_verification" (
    "id" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "account_verification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rate_limit" (
    "id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "last_request" BIGINT NOT NULL,

    CONSTRAINT "rate_limit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_token" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "role" "role" NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "seq" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT,
    "actor_name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "object_kind" TEXT NOT NULL,
    "object_id" TEXT NOT NULL,
    "enrollment_id" UUID,
    "detail" JSONB NOT NULL DEFAULT '{}',
    "prev_hash" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "process" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "worker_ids" TEXT[],
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "health" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "process_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "user_userid_key" ON "user"("userid");

-- CreateIndex
CREATE UNIQUE INDEX "profile_name_key" ON "profile"("name");

-- CreateIndex
CREATE UNIQUE INDEX "profile_version_profile_id_version_key" ON "profile_version"("profile_id", "version");

-- CreateIndex
CREATE UNIQUE INDEX "enrollment_current_command_id_key" ON "enrollment"("current_command_id");

-- CreateIndex
CREATE INDEX "enrollment_user_id_created_at_idx" ON "enrollment"("user_id", "created_at" DESC);

-- CreateIndex
CREATE INDEX "enrollment_state_state_changed_at_idx" ON "enrollment"("state", "state_changed_at");

-- CreateIndex
CREATE INDEX "enrollment_created_at_idx" ON "enrollment"("created_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "enrollment_link_token_hash_key" ON "enrollment_link"("token_hash");

-- CreateIndex
CREATE INDEX "command_hermod_command_id_idx" ON "command"("hermod_command_id");

-- CreateIndex
CREATE UNIQUE INDEX "command_kind_external_id_key" ON "command"("kind", "external_id");

-- CreateIndex
CREATE UNIQUE INDEX "command_enrollment_id_kind_attempt_key" ON "command"("enrollment_id", "kind", "attempt");

-- CreateIndex
CREATE INDEX "callback_state_received_at_idx" ON "callback"("state", "received_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "callback_kind_sha256_key" ON "callback"("kind", "sha256");

-- CreateIndex
CREATE UNIQUE INDEX "answer_callback_id_key" ON "answer"("callback_id");

-- CreateIndex
CREATE UNIQUE INDEX "answer_judged_for_key" ON "answer"("judged_for");

-- CreateIndex
CREATE INDEX "answer_enrollment_id_idx" ON "answer"("enrollment_id");

-- CreateIndex
CREATE UNIQUE INDEX "phone_profile_ref_key" ON "phone"("profile_ref");

-- CreateIndex
CREATE INDEX "phone_user_id_idx" ON "phone"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "enrollment_key_spki_sha256_key" ON "enrollment_key"("spki_sha256");

-- CreateIndex
CREATE UNIQUE INDEX "enrollment_key_enrollment_id_keyid_key" ON "enrollment_key"("enrollment_id", "keyid");

-- CreateIndex
CREATE UNIQUE INDEX "certificate_enrollment_key_id_key" ON "certificate"("enrollment_key_id");

-- CreateIndex
CREATE UNIQUE INDEX "certificate_sha256_key" ON "certificate"("sha256");

-- CreateIndex
CREATE INDEX "certificate_user_id_idx" ON "certificate"("user_id");

-- CreateIndex
CREATE INDEX "certificate_status_not_after_idx" ON "certificate"("status", "not_after");

-- CreateIndex
CREATE UNIQUE INDEX "certificate_issuer_id_serial_number_key" ON "certificate"("issuer_id", "serial_number");

-- CreateIndex
CREATE UNIQUE INDEX "issuer_name_key" ON "issuer"("name");

-- CreateIndex
CREATE UNIQUE INDEX "account_email_key" ON "account"("email");

-- CreateIndex
CREATE UNIQUE INDEX "account_session_token_key" ON "account_session"("token");

-- CreateIndex
CREATE INDEX "account_session_account_id_idx" ON "account_session"("account_id");

-- CreateIndex
CREATE INDEX "account_credential_account_id_idx" ON "account_credential"("account_id");

-- CreateIndex
CREATE INDEX "account_verification_identifier_idx" ON "account_verification"("identifier");

-- CreateIndex
CREATE UNIQUE INDEX "rate_limit_key_key" ON "rate_limit"("key");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_token_hash_key" ON "api_token"("token_hash");

-- CreateIndex
CREATE INDEX "audit_entry_enrollment_id_seq_idx" ON "audit_entry"("enrollment_id", "seq");

-- CreateIndex
CREATE INDEX "audit_entry_object_kind_object_id_idx" ON "audit_entry"("object_kind", "object_id");

-- AddForeignKey
ALTER TABLE "profile_version" ADD CONSTRAINT "profile_version_profile_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "profile"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "profile_version" ADD CONSTRAINT "profile_version_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enrollment" ADD CONSTRAINT "enrollment_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enrollment" ADD CONSTRAINT "enrollment_profile_version_id_fkey" FOREIGN KEY ("profile_version_id") REFERENCES "profile_version"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enrollment" ADD CONSTRAINT "enrollment_phone_id_fkey" FOREIGN KEY ("phone_id") REFERENCES "phone"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enrollment" ADD CONSTRAINT "enrollment_link_id_fkey" FOREIGN KEY ("link_id") REFERENCES "enrollment_link"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enrollment" ADD CONSTRAINT "enrollment_current_command_id_fkey" FOREIGN KEY ("current_command_id") REFERENCES "command"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enrollment_link" ADD CONSTRAINT "enrollment_link_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enrollment_link" ADD CONSTRAINT "enrollment_link_profile_version_id_fkey" FOREIGN KEY ("profile_version_id") REFERENCES "profile_version"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "command" ADD CONSTRAINT "command_enrollment_id_fkey" FOREIGN KEY ("enrollment_id") REFERENCES "enrollment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "command_key" ADD CONSTRAINT "command_key_command_id_fkey" FOREIGN KEY ("command_id") REFERENCES "command"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "callback" ADD CONSTRAINT "callback_command_id_fkey" FOREIGN KEY ("command_id") REFERENCES "command"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "answer" ADD CONSTRAINT "answer_enrollment_id_fkey" FOREIGN KEY ("enrollment_id") REFERENCES "enrollment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "answer" ADD CONSTRAINT "answer_command_id_fkey" FOREIGN KEY ("command_id") REFERENCES "command"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "answer" ADD CONSTRAINT "answer_callback_id_fkey" FOREIGN KEY ("callback_id") REFERENCES "callback"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "evidence" ADD CONSTRAINT "evidence_answer_id_fkey" FOREIGN KEY ("answer_id") REFERENCES "answer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "phone" ADD CONSTRAINT "phone_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enrollment_key" ADD CONSTRAINT "enrollment_key_enrollment_id_fkey" FOREIGN KEY ("enrollment_id") REFERENCES "enrollment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enrollment_key" ADD CONSTRAINT "enrollment_key_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "certificate" ADD CONSTRAINT "certificate_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "certificate" ADD CONSTRAINT "certificate_enrollment_key_id_fkey" FOREIGN KEY ("enrollment_key_id") REFERENCES "enrollment_key"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "certificate" ADD CONSTRAINT "certificate_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "certificate" ADD CONSTRAINT "certificate_phone_id_fkey" FOREIGN KEY ("phone_id") REFERENCES "phone"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "revocation_request" ADD CONSTRAINT "revocation_request_certificate_id_fkey" FOREIGN KEY ("certificate_id") REFERENCES "certificate"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "issuer_secret" ADD CONSTRAINT "issuer_secret_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "crl" ADD CONSTRAINT "crl_issuer_id_fkey" FOREIGN KEY ("issuer_id") REFERENCES "issuer"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account" ADD CONSTRAINT "account_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account_session" ADD CONSTRAINT "account_session_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account_credential" ADD CONSTRAINT "account_credential_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE CASCADE ON UPDATE CASCADE;
